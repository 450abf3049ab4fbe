"""Honest populations, many of them: how often is an operator contained where there is none, and is anybody restricted?

Everybody is honest here, so that every operator found is a false discovery: at a level of one in a hundred, about one population in a
hundred may have one. Nobody may be restricted in any.
"""

from collections.abc import Callable

import pytest

from builders.live import ASKS, RESTRICTED_AT, Live, check_books
from builders.signal_cases import INSTRUCTION, VIRAL
from revenuer.guard.suspicion.linked import became_elevated
from revenuer.guard.suspicion.pooled import has_habit

POPULATIONS = 40
MOST_FALSE = 2
"""Three or more of forty would come up less than once in a hundred times at the level of 0.01."""
PUBLIC_MAIL = [f"mail-{i}.example" for i in range(6)]


def strangers(live: Live, size: int, elevated: float) -> list[str]:
    """People with homes, small offices, carriers, public and small mail providers; some, at random, ask for suspect things."""
    rng = live.rng
    carriers = [f"100.64.0.{i}" for i in range(30)]
    homes = [live.address() for _ in range(size // 3)]
    names = []
    for i in range(size):
        kind = rng.random()
        home = (
            live.address()
            if kind < 0.5
            else str(rng.choice(homes))
            if kind < 0.85
            else str(rng.choice(carriers))
        )
        mail = (
            str(rng.choice(PUBLIC_MAIL))
            if rng.random() < 0.7
            else f"small-{rng.integers(size // 10)}.example"
        )
        names.append(live.person(f"s-{i}", address=home, mail=mail))
    for name in names:
        live.send(name, None)
        for _ in range(int(rng.integers(4))):
            live.send(name, None, address=str(rng.choice(homes)) if rng.random() < 0.5 else live.address())
    asking = [name for name in names if rng.random() < elevated]
    ask(live, asking)
    return names


def ask(live: Live, names: list[str], intent: int | None = None) -> None:
    books = live.state.books
    for name in live.rng.permutation(names).tolist():
        of = int(live.rng.integers(4)) if intent is None else intent
        suspect = books.suspect(name, live.now)
        if not suspect.asks(of):
            became_elevated(books, suspect, of, live.now)


def habits(live: Live, names: list[str], spans: int) -> None:
    """Public templates: random people take each up."""
    for span in range(8, 8 + 4 * spans, 4):
        for name in live.rng.choice(
            names, int(live.rng.integers(2, min(40, len(names)))), replace=False
        ).tolist():
            has_habit(live.state.books, name, span, live.now)


def only_strangers(live: Live) -> None:
    names = strangers(live, 700, elevated=float(live.rng.uniform(0.005, 0.08)))
    habits(live, names, 40)


def few(live: Live) -> None:
    """The first hours of a new guard: nothing is known of how common anything is."""
    names = strangers(live, int(live.rng.integers(20, 120)), elevated=0.1)
    habits(live, names, 6)


def houses(live: Live) -> None:
    """Offices and classes, each with one address, one card or one mail domain, in which most ask for the same."""
    names = strangers(live, 500, elevated=0.02)
    for house in range(5):
        shared = [
            {"address": f"192.0.2.{house}"},
            {"card": f"card-{house}"},
            {"mail": f"house-{house}.example"},
        ][house % 3]
        people = [live.person(f"h-{house}-{i}", **shared) for i in range(int(live.rng.integers(4, 25)))]
        for name in people:
            live.send(name, None)
        ask(live, [name for name in people if live.rng.random() < 0.8], house % 4)
        for span in range(4096 + house * 64, 4096 + house * 64 + 32, 4):
            for name in people:
                has_habit(live.state.books, name, span, live.now)
        names += people


@pytest.mark.parametrize("world", [only_strangers, few, houses])
def test_where_all_are_honest_hardly_ever_an_operator_is_found_and_nobody_is_restricted(
    world: Callable[[Live], None],
) -> None:
    false, worst = 0, 0.0
    for seed in range(POPULATIONS):
        live = Live(seed=seed)
        world(live)
        for name in live.identities:
            live.send(name, None)
        false += bool(live.contained())
        worst = max(worst, live.worst_of(live.worst))
        check_books(live.state)
    assert false <= MOST_FALSE
    assert worst < RESTRICTED_AT


@pytest.mark.parametrize("template", [INSTRUCTION, VIRAL, ASKS["cot"], ASKS["judge"]])
def test_real_texts_of_the_public_convict_nobody(template: str) -> None:
    """Real prompts through the whole core: a public template or phrase, taken up by one stranger in ten."""
    live = Live(seed=11)
    names = strangers(live, 600, elevated=0.0)
    fans = live.rng.choice(names, 60, replace=False).tolist()
    for _ in range(6):
        for name in names:
            live.send(name, live.talk())
        for name in fans:
            live.send(
                name, template.format(live.talk()) if "{}" in template else f"{template}. {live.talk()}"
            )
    assert not live.contained()
    assert live.worst_of(names) < RESTRICTED_AT


def test_an_operator_among_the_honest_harms_none_of_them() -> None:
    """Twenty towns with an operator that roams over the addresses of honest homes, as residential proxies are."""
    caught, harmed = 0, 0
    for seed in range(20):
        live = Live(seed=100 + seed)
        names = strangers(live, 600, elevated=0.03)
        homes = sorted({live.addresses[name] for name in names})
        exits = live.rng.choice(homes, 8, replace=False).tolist()
        guilty = [live.person(f"op-{i}", address=exits[i % 8]) for i in range(30)]
        for k in range(5):
            for i, name in enumerate(guilty):
                live.send(name, f"{INSTRUCTION}. {live.talk()}", address=exits[(i * (k + 1)) % 8])
        for name in names:
            live.send(name, live.talk())
            live.send(name, live.talk())
        caught += live.worst_of(guilty) >= RESTRICTED_AT
        harmed += sum(live.worst[name] >= RESTRICTED_AT for name in names)
    assert harmed == 0
    assert caught >= 18

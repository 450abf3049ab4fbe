"""The books: merging keeps them consistent, and nothing in them grows without bound."""

import numpy as np
import pytest

import revenuer.guard.suspicion.books as books_module
import revenuer.guard.suspicion.pooled as pooled
from builders.live import Live, check_books
from revenuer.guard.suspicion.containment import contain
from revenuer.guard.suspicion.linked import became_elevated
from revenuer.guard.suspicion.suspect import MAX_VALUES, Operator
from revenuer.guard.suspicion.weighing import CONTAIN_AT, Place, Queue, discount


def operator(live: Live, name: str, size: int, evidence: float = 5.0) -> Operator:
    """Make a contained operator of people who ask for something."""
    books = live.state.books
    found = books.new_operator(live.now, [name])
    for i in range(size):
        live.send(live.person(f"{name}-{i}"), live.talk())
        suspect = books.suspect(f"{name}-{i}", live.now)
        became_elevated(books, suspect, 1, live.now)
        books.join(found, suspect)
    books.mark_heavy(found, (ord(name) << 3,))
    found.vocabulary = {ord(name) << 5, 1 << 20}
    found.sources["template"], found.reasons["template"] = evidence, "made by hand"
    contain(books, found, live.now)
    for span in found.vocabulary:
        books.marked_spans.setdefault(span, set()).add(found.name)
    return found


@pytest.mark.parametrize(("first", "second"), [(5.0, 5.0), (5.0, 0.0), (0.0, 5.0), (0.0, 0.0)])
def test_merging_leaves_no_dangling_name(first: float, second: float) -> None:
    live = Live(seed=1)
    live.crowd(300)
    one, two = operator(live, "a", 5, first), operator(live, "b", 4, second)
    for each in (one, two):
        if not each.contained:
            for span in each.vocabulary:
                live.state.books.unmark(span, each.name)
    check_books(live.state)
    merged = live.state.books.merge(one, two)
    contain(live.state.books, merged, live.now)
    check_books(live.state)
    assert len(merged.members) == 9
    assert bool(merged.contained) == (max(first, second) >= CONTAIN_AT)
    assert live.state.books.operator(two.name) is merged
    if merged.contained:
        assert all(merged.name in live.state.books.marked_spans[span] for span in merged.heavy)
        links = [value for value in merged.values if live.state.books.links(value)]
        assert all(live.state.books.marked_values[value] == merged.name for value in links)


def test_words_of_a_merged_operator_can_be_unlearnt() -> None:
    live = Live(seed=1)
    live.crowd(300)
    merged = live.state.books.merge(operator(live, "a", 5), operator(live, "b", 4))
    for span in tuple(merged.vocabulary):
        live.state.books.unmark(span, merged.name)
    merged.vocabulary = set()
    check_books(live.state)


def test_trials_of_two_kinds_of_request_are_not_added_up() -> None:
    live = Live(seed=1)
    one, two = operator(live, "a", 4), operator(live, "b", 4)
    one.asks, one.trials = 0, {8: 3}
    two.asks, two.trials = 1, {8: 2, 16: 5}
    assert live.state.books.merge(one, two).trials == {8: 3}
    three = operator(live, "c", 4)
    three.asks, three.trials = -1, {}
    assert live.state.books.merge(three, one).trials == {8: 3}


def test_a_chain_of_merges_is_followed() -> None:
    live = Live(seed=1)
    books = live.state.books
    first = books.new_operator(live.now, ["first"])
    name = first.name
    for i in range(2000):
        first = books.merge(books.new_operator(live.now, [str(i)]), first)
    assert books.operator(name) is first
    assert books.present_name(name) == first.name
    assert books.present_name("unknown") == "unknown"


def test_suspects_are_bounded_and_the_guilty_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books_module, "MAX_SUSPECTS", 30)
    live = Live(seed=1)
    guilty = operator(live, "a", 12)
    for i in range(120):
        live.ask(live.person(f"flood-{i}", address=f"192.0.2.{i % 40}"), "cot", 3)
    books = live.state.books
    assert len(books.suspects) <= 30 + 1
    assert {f"a-{i}" for i in range(12)} <= guilty.members
    assert books.elevated[0] == sum(suspect.asks(0) for suspect in books.suspects.values())
    assert len(books.operators) <= 30
    check_books(live.state)


def test_one_account_on_endless_addresses_fills_nothing() -> None:
    live = Live(seed=1)
    operator(live, "a", 4)
    for i in range(2 * MAX_VALUES):
        live.send("a-0", None, address=f"2001:db8::{i:x}")
    assert len(live.suspect("a-0").values) == MAX_VALUES
    check_books(live.state)


def test_habits_and_pools_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled, "MAX_HABITS", 200)
    monkeypatch.setattr(pooled, "MAX_POOLS", 50)
    live = Live(seed=1)
    live.crowd(20)
    books = live.state.books
    for span in range(8, 4 * 3000, 4):
        for name in ("person-0", "person-1"):
            pooled.has_habit(books, name, span, live.now)
    assert len(books.habits) <= 200
    assert len(books.pools) <= 50
    assert books.watched.used <= 2 * 50 + 1024 + 1


def test_a_pool_that_was_given_up_takes_no_more_room() -> None:
    live = Live(seed=1)
    live.crowd(200)
    books = live.state.books
    for i in range(200):
        pooled.has_habit(books, f"person-{i}", 8, live.now)
    assert 8 not in books.pools
    assert len(books.habits[8]) < 30


def test_the_price_of_many_looks_keeps_false_discoveries_at_the_level() -> None:
    """The weights of e-LOND sum to at most one, so that the price never falls short."""
    assert sum(10 ** -discount(Place(ordinal=j), 0) for j in range(1, 200_000)) <= 1.0
    assert discount(Place(ordinal=5), 3) < discount(Place(ordinal=5), 0) < discount(Place(ordinal=6), 0)


@pytest.mark.parametrize("split_at", [1, 30, 1000])
def test_the_price_of_having_looked_is_paid_whatever_peers_claim(split_at: int) -> None:
    """However many of those suspected after claims came into use carry one, all weights together stay at most one."""
    queue = Queue()
    places = [queue.take(claimed=True) for _ in range(split_at)]
    assert not any(place.claimed for place in places), "claims that are not in use change nothing"
    queue.split()
    rng = np.random.default_rng(split_at)
    places += [queue.take(claimed=bool(rng.random() < 0.5)) for _ in range(100_000)]
    assert sum(10 ** -discount(place, 0) for place in places) <= 1.0
    late = max(place.ordinal for place in places if not place.claimed)
    first = next(place for place in places if place.claimed)
    if split_at > 1:
        assert discount(first, 0) < discount(Place(ordinal=split_at), 0)
    assert discount(Place(ordinal=late, split_at=split_at), 0) > discount(Place(ordinal=late), 0)

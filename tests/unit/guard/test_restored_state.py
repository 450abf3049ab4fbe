"""A state restored from what it saved decides as the unbroken one does.

Not saved, and so learnt anew: the prompts around an instruction that were counted since its pool last grew; and without the memory file
the habits of single accounts and how common things are.
"""

from pathlib import Path
from typing import Any

from builders.operator_traffic import operator, people
from revenuer.guard import Event, GuardState, Policy, Registered
from revenuer.guard.core import decide
from revenuer.guard.memory import MemoryCopy, load_memory
from revenuer.guard.policy import Caps
from revenuer.guard.saved import Saved
from revenuer.records import Decision

NOW = 1_780_000_000_000_000
POLICY = Policy(shadow=False, caps=Caps(max_restricted_per_hour=10**6, max_denied_per_hour=10**6))


class Story:
    """Events on one clock, and a state that they go through."""

    def __init__(self) -> None:
        self.state = GuardState(POLICY)
        self.number = 0
        self.books: dict[tuple[str, str], bytes | None] = {}

    def events(self, requests: list[dict[str, Any]]) -> list[Event]:
        found = []
        for one in requests:
            self.number += 1
            given = {**one, "account": Registered(**one["account"])}
            at = NOW + self.number * 1_000_000
            found.append(Event(request_id=f"r{self.number}", model="m", timestamp=at, **given))
        return found

    def go(self, requests: list[dict[str, Any]]) -> list[Decision]:
        return run(self.state, self.events(requests))

    def save(self) -> None:
        """Take what a journal would keep, as it does twice a second."""
        for fact in self.state.take_saved():
            self.books[fact.kind, fact.key] = fact.value

    def restored(self, folder: Path) -> GuardState:
        """Return a state as it is after a restart with journal and memory."""
        self.save()
        MemoryCopy(self.state).finish().write(folder / "memory")
        state = GuardState(POLICY)
        load_memory(folder / "memory", state)
        state.restore(Saved(kind, key, value) for (kind, key), value in self.books.items())
        return state


def run(state: GuardState, events: list[Event]) -> list[Decision]:
    decisions = []
    for event in events:
        state, decision = decide(event, state)
        decisions.append(decision)
    return decisions


def signed(account: str, signature: str = "block") -> dict[str, Any]:
    return {"account_id": account, "reasoning_signature": signature, "turn": 1, "account": {}}


def test_a_contained_operator_stays_contained_and_its_next_accounts_are_known(tmp_path: Path) -> None:
    story = Story()
    story.go(people(800))
    story.go(operator(0, 8))
    (found,) = story.state.books.operators.values()
    assert found.contained
    again = story.restored(tmp_path)
    assert again.books.operators == story.state.books.operators
    assert again.books.suspects == story.state.books.suspects
    assert again.books.pools == story.state.books.pools
    assert again.books.marked_spans == story.state.books.marked_spans
    assert again.books.marked_values == story.state.books.marked_values
    assert again.books.holders.keys() == story.state.books.holders.keys()
    assert again.standing == story.state.standing
    later = story.events([*operator(0, 12, requests=5, seed=7), *people(300, seed=4)])
    unbroken, restored = run(story.state, later), run(again, later)
    assert restored == unbroken
    newcomers = {one.account_id for one in restored if one.action in ("challenge", "restrict", "deny")}
    assert newcomers >= {f"pool-{number}" for number in range(8, 12)}
    assert not any(name.startswith("person-") for name in newcomers)


def test_a_pool_that_is_half_full_goes_on_growing(tmp_path: Path) -> None:
    story = Story()
    story.go(people(800))
    assert {one.action for one in story.go(operator(0, 4))} == {"allow"}
    assert story.state.books.pools
    again = story.restored(tmp_path)
    later = story.events([*operator(4, 4), *operator(0, 8, requests=2, seed=8)])
    unbroken, restored = run(story.state, later), run(again, later)
    assert restored == unbroken
    assert restored[-1].action in ("challenge", "deny")


def test_the_habit_of_a_single_account_is_told_again(tmp_path: Path) -> None:
    story = Story()
    story.go(people(800))
    story.go(operator(0, 1, requests=8))
    assert not story.state.books.pools
    again = story.restored(tmp_path)
    later = story.events([*operator(0, 1, requests=2, seed=4), *operator(1, 7, requests=8)])
    run(again, later)
    (found,) = again.books.operators.values()
    assert found.contained
    assert "pool-0" in found.members


def test_replays_and_counts_go_on(tmp_path: Path) -> None:
    story = Story()
    story.go(people(100))
    story.go([signed("owner"), signed("thief"), signed("thief")])
    again = story.restored(tmp_path)
    later = story.events([signed("thief"), signed("owner"), signed("second"), *people(100, seed=3)])
    unbroken, restored = run(story.state, later), run(again, later)
    assert restored == unbroken
    assert [one.action for one in restored[:3]] == ["deny", "observe", "deny"]
    assert again.meter == story.state.meter


def test_the_journal_alone_keeps_measures_and_accuses_nobody_else(tmp_path: Path) -> None:
    story = Story()
    story.go(people(800))
    story.go(operator(0, 8))
    story.save()
    state = GuardState(POLICY)
    state.restore(Saved(kind, key, value) for (kind, key), value in story.books.items())
    decisions = run(state, story.events([*operator(0, 8, requests=2, seed=8), *people(800, seed=3)]))
    assert {one.action for one in decisions if one.account_id.startswith("pool")} <= {"challenge", "deny"}
    assert {one.action for one in decisions if one.account_id.startswith("person")} == {"allow"}

"""Which operators a replay names, with which accounts and what evidence."""

import ast
from pathlib import Path

import pytest

import revenuer.guard.suspicion
from revenuer.guard.core import decide, learn, lift
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.policy import Policy
from revenuer.guard.replay import operators
from revenuer.guard.replay.live_signals import BY_SOURCE
from revenuer.guard.state import GuardState
from revenuer.records import Action

MINUTE = 60_000_000


class Town:
    """Feeds requests to a core, a minute apart, and keeps what was decided."""

    def __init__(self) -> None:
        self.state = GuardState(Policy(shadow=False))
        self.minutes = 0

    def send(self, account: str, signature: str | None = None) -> tuple[Action, str | None]:
        self.minutes += 1
        event = Event(
            request_id=f"r{self.minutes}",
            account_id=account,
            model="m",
            timestamp=self.minutes * MINUTE,
            prompt="a question",
            turn=1,
            reasoning_signature=signature,
        )
        self.state, decision = decide(event, self.state)
        return decision.action, decision.campaign_id

    def receive(self, account: str, signature: str) -> None:
        self.send(account)
        told = Aftermath(
            request_id=f"r{self.minutes}",
            account_id=account,
            timestamp=self.minutes * MINUTE,
            issued_signatures=[signature],
        )
        self.state = learn(told, self.state)


@pytest.fixture
def town() -> Town:
    """Two owners of signatures, and two thieves, each of one owner's."""
    made = Town()
    for name in ("a", "b"):
        made.receive(f"owner-{name}", f"sig-{name}")
        made.send(f"thief-{name}", f"sig-{name}")
    return made


def named(state: GuardState) -> dict[str, list[str]]:
    return {one.operator: [account for account, _ in one.accounts] for one in operators(state)}


def test_the_thieves_are_named_and_the_owners_are_not(town: Town) -> None:
    assert named(town.state) == {"G-2753a11a": ["thief-a"], "G-5ede03ec": ["thief-b"]}
    first, _ = operators(town.state)
    assert (first.linked, first.replaces, first.log10_e) == (0, None, 6.0)
    (source,) = first.sources
    assert (source.kind, source.log10_e) == ("replay", 6.0)


def test_measures_of_a_merged_operator_stand_under_its_present_name(town: Town) -> None:
    assert town.state.standing["thief-b"].operator == "G-5ede03ec"
    town.receive("thief-a", "sig-c")
    town.send("thief-b", "sig-c")
    assert named(town.state) == {"G-2753a11a": ["thief-a", "thief-b"]}
    assert town.state.standing["thief-b"].operator == "G-5ede03ec"
    (one,) = operators(town.state)
    assert one.linked == 0


def test_whoever_an_appeal_cleared_is_not_named(town: Town) -> None:
    state = lift("thief-a", "a reviewer", "it was us", town.state.now + 1, town.state)
    assert named(state) == {"G-5ede03ec": ["thief-b"]}


def test_evidence_names_an_account_without_a_measure_unless_it_is_spared(town: Town) -> None:
    del town.state.standing["thief-a"]
    assert named(town.state)["G-2753a11a"] == ["thief-a"]
    spared = operators(town.state, lambda account: account == "thief-a")
    assert [one.operator for one in spared] == ["G-5ede03ec"]


def test_a_successor_tells_the_present_name_of_whom_it_replaced(town: Town) -> None:
    books = town.state.books
    books.operators["G-5ede03ec"].replaces = "G-0009"
    books.renamed["G-0009"] = "G-2753a11a"
    found = {one.operator: one.replaces for one in operators(town.state)}
    assert found == {"G-2753a11a": None, "G-5ede03ec": "G-2753a11a"}
    books.renamed["G-0009"] = "G-5ede03ec"
    assert [one.replaces for one in operators(town.state)] == [None, None]


def test_every_source_that_the_books_know_has_a_name_and_a_look_alike() -> None:
    kinds = set()
    for file in Path(revenuer.guard.suspicion.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant):
                continue
            if isinstance(node.value, ast.Attribute) and node.value.attr == "sources":
                kinds.add(node.slice.value)
    assert kinds == set(BY_SOURCE)
    assert len({one.name for one in BY_SOURCE.values()}) == len(BY_SOURCE)
    assert all(one.look_alike and one.doubt for one in BY_SOURCE.values())

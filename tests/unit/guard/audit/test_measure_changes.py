"""What the log tells of a measure's life."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.journals import HOUR, NOON, measure
from revenuer.guard import Standing
from revenuer.guard.audit.measure_changes import Told, expiry, measure_changes, withdrawal
from revenuer.records import Action


def told(standing: Standing, ended: bool = False, until: int | None = None) -> Told:
    return Told(standing, standing.until if until is None else until, ended)


LIFTED = measure(until=NOON + 60, lifted_by="olga", lifted_why="a school")


@pytest.mark.parametrize(
    ("before", "now", "events"),
    [
        (None, measure(), ["imposed"]),
        (told(measure()), measure(), []),
        (told(measure(), ended=True), measure(since=NOON + 2 * HOUR, until=NOON + 3 * HOUR), ["imposed"]),
        (told(measure()), measure(until=NOON + HOUR + 1), []),
        (told(measure()), measure(until=NOON + 2 * HOUR), ["extended"]),
        (told(measure()), measure(until=NOON + HOUR - 1), ["changed"]),
        (told(measure()), measure(action=Action.THROTTLE), ["changed"]),
        (told(measure()), measure(operator="other"), ["changed"]),
        (told(measure()), msgspec.structs.replace(measure(), shadow=True), ["changed"]),
        (told(measure()), msgspec.structs.replace(measure(), log10_e=7.0, next_at=NOON), []),
        (told(measure()), measure(since=NOON + HOUR, until=NOON + 2 * HOUR), ["expired", "imposed"]),
        (
            told(measure(), until=NOON + HOUR + 9),
            measure(since=NOON + HOUR + 5, until=NOON + 2 * HOUR),
            ["extended"],
        ),
        (told(measure()), LIFTED, ["lifted"]),
        (None, LIFTED, ["imposed", "lifted"]),
        (told(LIFTED, ended=True), LIFTED, []),
        (told(LIFTED, ended=True), msgspec.structs.replace(LIFTED, log10_e=9.0), []),
        (told(measure(), ended=True), LIFTED, ["lifted"]),
        (told(LIFTED, ended=True), msgspec.structs.replace(LIFTED, lifted_by="otto"), ["lifted"]),
        (told(LIFTED, ended=True), measure(since=NOON + HOUR, until=NOON + 2 * HOUR), ["imposed"]),
    ],
)
def test_what_is_told(before: Told | None, now: Standing, events: list[str]) -> None:
    assert [change.event for change in measure_changes(before, now)] == events


def test_a_lift_names_its_owner_and_the_guard_acts_for_itself() -> None:
    imposed, lifted = measure_changes(None, LIFTED)
    assert (imposed.actor, imposed.reason) == ("guard", "replays a signature")
    assert (lifted.actor, lifted.reason) == ("olga", "a school")


def test_an_expiry_states_the_true_end() -> None:
    assert expiry(told(measure(), until=NOON + 7 * HOUR)).standing.until == NOON + 7 * HOUR
    assert withdrawal(told(measure())).event == "withdrawn"


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=300))
def test_many_small_extensions_give_few_entries_and_none_is_forgotten(steps: list[int]) -> None:
    """A client that knocks all the time moves the end all the time: the log tells each time it moved by a tenth of the length."""
    latest, entries = told(measure(until=NOON + 10**6)), 0
    for step in steps:
        now = measure(until=latest.until + step)
        changes = measure_changes(latest, now)
        entries += len(changes)
        latest = Told(now if changes else latest.standing, now.until, False)
        untold = latest.until - latest.standing.until
        assert 0 <= untold < 0.1 * (latest.until - NOON)
    assert expiry(latest).standing.until == NOON + 10**6 + sum(steps)
    assert entries <= 1 + 60

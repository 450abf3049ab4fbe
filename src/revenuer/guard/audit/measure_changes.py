"""Derives audit entries from what the log last told of an account's measure and the one that stands now: a pure function."""

from typing import NamedTuple

import msgspec

from revenuer.guard.standing import Standing

GUARD = "guard"
"""The actor where a rule acted and no human asked for it."""

WORTH_AN_ENTRY = 0.1
"""Share of a measure's length by which its end must move before the log tells again. A campaign that knocks on the door ten
times a second moves the end of its measure each time; the `expired` entry states the true end."""

TELLING = ("action", "operator", "shadow")
"""Members of a measure whose change is always entered."""


class Told(NamedTuple):
    """What the log has told of an account's latest measure: as it was then, when it really ends (microseconds), and whether its end
    was told too."""

    standing: Standing
    until: int
    ended: bool


class MeasureChange(NamedTuple):
    """One thing to enter in the log: what happened to `standing`, by whose hand, and why."""

    event: str
    standing: Standing
    actor: str
    reason: str


def measure_changes(told: Told | None, now: Standing) -> list[MeasureChange]:
    """Return what must be entered so that the log tells of `now`, oldest first; empty where it tells enough already."""
    if now.lifted_by is not None:
        return _lift(told, now)
    if told is None or told.ended:
        return [_by_rule("imposed", now)]
    if told.until <= now.since:
        return [expiry(told), _by_rule("imposed", now)]
    before = told.standing
    if now.until < before.until or any(getattr(now, name) != getattr(before, name) for name in TELLING):
        return [_by_rule("changed", now)]
    if now.until - before.until >= max(1, WORTH_AN_ENTRY * (now.until - now.since)):
        return [_by_rule("extended", now)]
    return []


def expiry(told: Told) -> MeasureChange:
    """Return the change that a measure makes when it runs out by itself; its `until` is the true end."""
    return _by_rule("expired", msgspec.structs.replace(told.standing, until=told.until))


def withdrawal(told: Told) -> MeasureChange:
    """Return the change where the guard's state forgot a measure before its end."""
    return MeasureChange("withdrawn", told.standing, GUARD, "the guard no longer keeps this measure")


def _lift(told: Told | None, now: Standing) -> list[MeasureChange]:
    lifted = MeasureChange("lifted", now, now.lifted_by or GUARD, now.lifted_why or "")
    if told is not None and told.standing.since == now.since:
        return [] if _same_lift(told.standing, now) else [lifted]
    if told is not None and not told.ended:
        return [lifted]
    return [_by_rule("imposed", now), lifted]


def _same_lift(one: Standing, other: Standing) -> bool:
    return (one.lifted_by, one.lifted_why, one.until) == (other.lifted_by, other.lifted_why, other.until)


def _by_rule(event: str, standing: Standing) -> MeasureChange:
    return MeasureChange(event, standing, GUARD, standing.reason)

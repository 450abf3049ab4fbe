"""Journals and what goes into them: invented decisions, measures and events."""

import sqlite3
from pathlib import Path

import msgspec

from revenuer.guard import Event, Saved, Standing
from revenuer.guard.journal import JournalReader
from revenuer.records import Action, Decision

NOON = 1_770_000_000_000_000
"""An invented now: microseconds UTC."""

HOUR = 3_600_000_000


class Clock:
    """Microseconds that stand still until they are set."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def decision(
    number: int = 0, action: Action = Action.DENY, would: Action | None = None, at: int = NOON
) -> Decision:
    return Decision(
        request_id=f"r{number}",
        timestamp=at,
        account_id=f"a{number % 7}",
        action=action,
        would=would or action,
        reason="replays a signature" if action is not Action.ALLOW else "no evidence",
        campaign_id=None if action is Action.ALLOW else "replay",
        log10_e=0.0 if action is Action.ALLOW else 6.0,
    )


def measure(
    account: str = "ann",
    since: int = NOON,
    until: int = NOON + HOUR,
    action: Action = Action.DENY,
    operator: str = "op",
    lifted_by: str | None = None,
    lifted_why: str | None = None,
) -> Standing:
    return Standing(
        account_id=account,
        action=action,
        operator=operator,
        since=since,
        until=until,
        log10_e=5.5,
        reason="replays a signature",
        lifted_by=lifted_by,
        lifted_why=lifted_why,
    )


def fact(standing: Standing) -> Saved:
    return Saved("standing", standing.account_id, msgspec.msgpack.encode(standing))


def replay_event(number: int, account: str, at: int) -> Event:
    """One request that replays the signature which the account `owner` received."""
    return Event(
        request_id=f"r{number}", account_id=account, model="m", timestamp=at, reasoning_signature="sig"
    )


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


def audit_lines(path: Path) -> list[str]:
    with JournalReader(path) as reader:
        return list(reader.audit_lines())


def audit_events(path: Path) -> list[tuple[str, str | None, str]]:
    """(event, account, actor) of every entry."""
    entries = [msgspec.json.decode(line)["entry"] for line in audit_lines(path)]
    return [(entry["event"], entry["account"], entry["actor"]) for entry in entries]

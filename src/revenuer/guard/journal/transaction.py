"""Writes a backlog into the journal's tables, in one transaction with the audit entries that follow from it."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence

import msgspec

from revenuer.guard.audit import AuditTrail
from revenuer.guard.journal.backlog import Backlog
from revenuer.guard.journal.marks import write_marks
from revenuer.guard.many_rows import Row, delete_rows, insert_rows
from revenuer.records import UNANSWERED, Decision

TEXT_LIMIT = 4096
"""Characters that a mended text keeps."""

_DECISION = "INSERT INTO decision (timestamp, request_id, account_id, action, would, reason, campaign_id, log10_e, retry_after_s, limits) VALUES"
_ALLOWED = "INSERT INTO allowed (minute, requests) VALUES (?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests"
_UNANSWERED = ", ".join(f"'{action}'" for action in sorted(UNANSWERED))
_CAMPAIGNS = f"""
INSERT INTO campaign
SELECT campaign_id, min(timestamp), max(timestamp), count(*), sum(action IN ({_UNANSWERED})), max(log10_e)
FROM decision WHERE id > ? AND campaign_id IS NOT NULL GROUP BY campaign_id
ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),
  decisions = decisions + excluded.decisions, unanswered = unanswered + excluded.unanswered, log10_e = max(log10_e, excluded.log10_e)
"""


def write_backlog(connection: sqlite3.Connection, backlog: Backlog, now: int, batch: int) -> int:
    """Write everything in `backlog` as batch number `batch` and enter what ran out before `now` (microseconds), or leave the database
    as it was.

    Returns the number of decisions that had to be mended: with text that is no Unicode or numbers beyond 64 bits. Raises sqlite3.Error.
    """
    try:
        _write(connection, backlog, now, batch, _as_it_is)
    except (UnicodeEncodeError, OverflowError, sqlite3.DataError):
        _write(connection, backlog, now, batch, _mended)
        return sum(_mended(row) != row for row in map(_decision_row, backlog.decisions))
    return 0


def _write(
    connection: sqlite3.Connection, backlog: Backlog, now: int, batch: int, fit: Callable[[Row], Row]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("UPDATE progress SET batch = ?", (batch,))
        _write_decisions(connection, backlog.decisions, fit)
        connection.executemany(_ALLOWED, map(fit, backlog.allowed.items()))
        trail = AuditTrail(connection)
        trail.take(backlog.steps)
        write_marks(connection, trail, backlog.decisions, now, fit)
        trail.expire(now)
        _put_facts(connection, {(one.kind, one.key): one.value for _, one in backlog.steps}, fit)
        _put_facts(connection, backlog.facts, fit)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _write_decisions(
    connection: sqlite3.Connection, decisions: Sequence[Decision], fit: Callable[[Row], Row]
) -> None:
    if not decisions:
        return
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()
    insert_rows(connection, _DECISION, map(fit, map(_decision_row, decisions)))
    connection.execute(_CAMPAIGNS, (last,))


def _put_facts(
    connection: sqlite3.Connection,
    facts: Mapping[tuple[str, str], bytes | None],
    fit: Callable[[Row], Row],
) -> None:
    kept = ((*key, value) for key, value in facts.items() if value is not None)
    insert_rows(connection, "INSERT OR REPLACE INTO fact (kind, key, value) VALUES", map(fit, kept))
    gone = (key for key, value in facts.items() if value is None)
    delete_rows(connection, "DELETE FROM fact WHERE (kind, key) IN", map(fit, gone))


def _decision_row(decision: Decision) -> Row:
    return (
        decision.timestamp,
        decision.request_id,
        decision.account_id,
        decision.action.value,
        decision.would.value,
        decision.reason,
        decision.campaign_id,
        decision.log10_e,
        decision.retry_after_s,
        None if decision.limits is None else msgspec.json.encode(decision.limits).decode(),
    )


def _as_it_is(row: Row) -> Row:
    return row


def _mended(row: Row) -> Row:
    """Return the row as every database takes it: Unicode of bounded length, numbers of 64 bits."""
    return tuple(_mended_value(value) for value in row)


def _mended_value(value: object) -> object:
    if isinstance(value, str):
        return value[:TEXT_LIMIT].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int):
        return min(max(value, -(1 << 63)), (1 << 63) - 1)
    return value

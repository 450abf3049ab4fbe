"""Which marks went to which account, from when to when: what a mark that is found in a suspect's model later points back to."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import NamedTuple

from revenuer.guard.audit import AuditTrail
from revenuer.guard.many_rows import Row
from revenuer.records import Decision

_SERVED = """
INSERT INTO marked (account_id, mark, first, last, requests) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last), requests = requests + excluded.requests
"""


class Served(NamedTuple):
    """`requests` answers to an account that were to carry `mark`, between `first` and `last` (microseconds since 1970 UTC)."""

    account_id: str
    mark: str
    first: int
    last: int
    requests: int


def write_marks(
    connection: sqlite3.Connection,
    trail: AuditTrail,
    decisions: Sequence[Decision],
    now: int,
    fit: Callable[[Row], Row],
) -> None:
    """Count the marks of these decisions, and enter each account's first answer under a mark into the audit log. The caller opens and commits
    the transaction. Raises sqlite3.Error."""
    served: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions:
        if decision.mark is not None:
            served.setdefault((decision.account_id, decision.mark), []).append(decision)
    for (account, mark), marked in served.items():
        times = [decision.timestamp for decision in marked]
        row = fit((account, mark, min(times), max(times), len(marked)))
        known = connection.execute(
            "SELECT 1 FROM marked WHERE account_id = ? AND mark = ?", row[:2]
        ).fetchone()
        connection.execute(_SERVED, row)
        if known is None:
            trail.tell_marked(str(row[0]), mark, marked[0], now)

"""Prunes old decisions, so that the journal's file stays within its bound. Facts, campaigns and the audit log are never pruned."""

import sqlite3

PRUNED_AT_ONCE = 5_000
"""Rows deleted in one transaction: the writer has newer things to write in between."""

_DAY = 86_400_000_000
"""Microseconds."""

_MINUTES_A_DAY = 1_440


def prune(connection: sqlite3.Connection, now: int, keep_days: float, max_bytes: int) -> tuple[bool, bool]:
    """Delete some decisions that are older than `keep_days` or make the file larger than `max_bytes`, oldest first.

    `now`: microseconds UTC. Returns whether there is more to delete, and whether the file is too large with nothing left to delete.
    Raises sqlite3.Error.
    """
    cut = now - int(keep_days * _DAY)
    connection.execute("DELETE FROM allowed WHERE minute < ?", (cut // 60_000_000,))
    aged = connection.execute(
        "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE timestamp < ? ORDER BY timestamp LIMIT ?)",
        (cut, PRUNED_AT_ONCE),
    ).rowcount
    if aged == PRUNED_AT_ONCE:
        return True, False
    if used_bytes(connection) <= max_bytes:
        connection.execute("PRAGMA incremental_vacuum(1000)").fetchall()
        return False, False
    crowded = connection.execute(
        "DELETE FROM decision WHERE id IN (SELECT id FROM decision ORDER BY id LIMIT ?)", (PRUNED_AT_ONCE,)
    ).rowcount
    return crowded > 0, crowded == 0


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return the bytes of the database that hold something: deleted rows leave room that is used again."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * size)

"""What the client keeps: which set it saw last of each partner, and the function's values at its own items, so that none is asked about twice."""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from revenuer.share.ledger import LEDGER_TABLES
from revenuer.share.matching.fault import MatchFault
from revenuer.share.matching.statement import SetStatement

CLIENT_TABLES = (
    "CREATE TABLE IF NOT EXISTS match_seen (partner TEXT PRIMARY KEY, key_id TEXT NOT NULL, revision INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL, made_at TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS match_value (partner TEXT, key_id TEXT, item BLOB, seed BLOB NOT NULL,"
    " PRIMARY KEY (partner, key_id, item)) WITHOUT ROWID",
    *LEDGER_TABLES,
)


def note_set(books: sqlite3.Connection, partner: str, statement: SetStatement) -> None:
    """Remember the set that a partner shows now; values under an older key go.

    Raises MatchFault where it is older than what they showed before, or another under the same number.
    """
    row = books.execute(
        "SELECT key_id, revision, sha256, made_at FROM match_seen WHERE partner = ?", (partner,)
    ).fetchone()
    if row is not None:
        _check_order(statement, *row)
    with books:
        books.execute(
            "INSERT OR REPLACE INTO match_seen VALUES (?, ?, ?, ?, ?)",
            (partner, statement.key_id, statement.revision, statement.sha256, statement.made_at.isoformat()),
        )
        books.execute(
            "DELETE FROM match_value WHERE partner = ? AND key_id != ?", (partner, statement.key_id)
        )


def _check_order(statement: SetStatement, key_id: str, revision: int, sha256: str, made_at: str) -> None:
    if statement.revision < revision or statement.made_at < datetime.fromisoformat(made_at):
        raise MatchFault(
            f"the partner shows revision {statement.revision} of their set, and showed {revision} before: it was taken back; ask them why"
        )
    if statement.revision == revision and (statement.sha256, statement.key_id) != (sha256, key_id):
        raise MatchFault(
            f"the partner shows another revision {revision} of their set than before: two views; ask them why"
        )


def known_values(
    books: sqlite3.Connection, partner: str, key_id: str, items: Iterable[bytes]
) -> dict[bytes, bytes]:
    """Return the seeds of those items that were asked about before under this key."""
    found: dict[bytes, bytes] = {}
    for item in items:
        row = books.execute(
            "SELECT seed FROM match_value WHERE partner = ? AND key_id = ? AND item = ?",
            (partner, key_id, _filed(item)),
        ).fetchone()
        if row is not None:
            found[item] = row[0]
    return found


def keep_values(
    books: sqlite3.Connection, partner: str, key_id: str, values: Iterable[tuple[bytes, bytes]]
) -> None:
    """Keep the seeds of items."""
    rows = [(partner, key_id, _filed(item), seed) for item, seed in values]
    with books:
        books.executemany("INSERT OR REPLACE INTO match_value VALUES (?, ?, ?, ?)", rows)


def _filed(item: bytes) -> bytes:
    """Return what an item is filed under: shorter, and no secret from whoever can read our books, which hold the items anyhow."""
    return hashlib.blake2b(item, digest_size=16).digest()

"""Keeps what partners sent, as they sent it, until it is checked: nothing that came is lost, and nothing counts yet."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from revenuer.records import InputError
from revenuer.share.house import House
from revenuer.share.revocations import REVOCATION_TABLES
from revenuer.share.signing import RELEASE_TABLES
from revenuer.share.stix import VERSION_TABLES, canonical, digest

NEW, ACCEPTED, QUARANTINED, UNATTESTED = "new", "accepted", "quarantined", "unattested"

RECEIVED_TABLES = (
    "CREATE TABLE IF NOT EXISTS received (partner TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, type TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, received_at INTEGER NOT NULL, object BLOB NOT NULL,"
    " PRIMARY KEY (partner, id, version, sha256)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS received_state ON received (partner, state)",
    "CREATE TABLE IF NOT EXISTS release_fault (partner TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, words TEXT NOT NULL,"
    " object_id TEXT)",
    "CREATE TABLE IF NOT EXISTS claim_use (partner TEXT NOT NULL, claim_id TEXT NOT NULL, campaign TEXT NOT NULL, outcome TEXT NOT NULL,"
    " at TEXT NOT NULL, accounts INTEGER, first TEXT, last TEXT, reason TEXT, owner TEXT,"
    " PRIMARY KEY (partner, claim_id, outcome)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS answered (partner TEXT NOT NULL, claim_id TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL,"
    " PRIMARY KEY (partner, claim_id, what)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS heard (partner TEXT NOT NULL, id TEXT NOT NULL, about TEXT NOT NULL, kind TEXT NOT NULL, says TEXT,"
    " at TEXT NOT NULL, PRIMARY KEY (partner, id, about)) WITHOUT ROWID",
    *RELEASE_TABLES,
    *REVOCATION_TABLES,
    *VERSION_TABLES,
)
"""`received`: every object version of a partner; `state` is new, accepted, quarantined or unattested. `release_fault`: breaks in partners' chains.
`claim_use`: what became of claims (matched, helped, wrong); of those that helped, how many of our accounts held the value, and when. `answered`: what we told their makers of it. `heard`: what partners say of our objects."""


def take_in(
    books: sqlite3.Connection, house: House, partner: str, objects: Sequence[Mapping[str, Any]], now_us: int
) -> int:
    """Enter what a partner sent, in the caller's transaction, and return how many versions are new. `now_us`: microseconds since 1970 UTC.

    Whatever has no id, or cannot be written down, is entered as quarantined with the reason. Nothing is checked yet: see `settle`.
    """
    house.partner(partner)
    before = books.total_changes
    books.executemany(
        "INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(partner, *_row(one), now_us, body) for one in objects for body in [_body(one)]],
    )
    return books.total_changes - before


def rows_in(books: sqlite3.Connection, partner: str, *states: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a partner that are in one of `states`, in the order they came."""
    marks = ", ".join("?" * len(states))
    rows = books.execute(
        f"SELECT object FROM received WHERE partner = ? AND state IN ({marks}) ORDER BY received_at, id, version",
        (partner, *states),
    )
    for row in rows.fetchall():
        yield msgspec.json.decode(row[0])


def set_state(
    books: sqlite3.Connection, partner: str, one: Mapping[str, Any], state: str, reason: str | None = None
) -> None:
    """Enter what became of one object version."""
    books.execute(
        "UPDATE received SET state = ?, reason = ? WHERE partner = ? AND id = ? AND version = ? AND sha256 = ?",
        (state, reason, partner, _id(one), version_of(one), digest(one)),
    )


def version_of(one: Mapping[str, Any]) -> str:
    """Return an object's version: `modified`, else `created`, else nothing."""
    return str(one.get("modified") or one.get("created") or "")


def _id(one: Mapping[str, Any]) -> str:
    return str(one.get("id", ""))[:300]


def _row(one: Mapping[str, Any]) -> tuple[str, str, str, str, str, str | None]:
    try:
        return _id(one), version_of(one), str(one.get("type", ""))[:100], digest(one), NEW, None
    except (ValueError, InputError) as error:
        return (
            _id(one),
            "",
            str(one.get("type", ""))[:100],
            "",
            QUARANTINED,
            f"it cannot be written down: {error}",
        )


def _body(one: Mapping[str, Any]) -> bytes:
    try:
        return canonical(one)
    except (ValueError, InputError):
        return b"{}"

"""Revoked objects: who was told, who acknowledged it, and who has not. The acknowledgement is a plain STIX Note, which every peer can read."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from revenuer.records import InputError
from revenuer.share.house import House
from revenuer.share.signing.canonical import read_time, stix_time

REVOCATION_TABLES = (
    "CREATE TABLE IF NOT EXISTS revocation (object_id TEXT, partner TEXT, revoked_at TEXT NOT NULL, acknowledged_at TEXT,"
    " PRIMARY KEY (object_id, partner)) WITHOUT ROWID",
)
LABEL = "revocation-acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """A revoked object that a partner once got, and has not said to have dropped, after so many whole days."""

    object_id: str
    partner: str
    revoked_at: datetime
    days: int


def note_revocation(books: sqlite3.Connection, object_id: str, partner: str, revoked_at: datetime) -> None:
    """Remember that `partner` was told that the object is revoked; the first time counts."""
    books.execute(
        "INSERT OR IGNORE INTO revocation (object_id, partner, revoked_at) VALUES (?, ?, ?)",
        (object_id, partner, stix_time(revoked_at)),
    )


def acknowledgement(
    house: House, revoked: Mapping[str, object], now: datetime, markings: tuple[str, ...]
) -> dict[str, object]:
    """Return the Note that tells a peer that we no longer use their object. The same revocation gives the same id.

    Raises InputError for an object that is not revoked, or has no id or time.
    """
    name, version = revoked.get("id"), revoked.get("modified")
    if revoked.get("revoked") is not True or not isinstance(name, str) or not isinstance(version, str):
        raise InputError("only an object with id, modified and revoked = true can be acknowledged as revoked")
    moment = stix_time(now)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": house.stix_id("note", LABEL, name, version),
        "created_by_ref": house.identity_id,
        "created": moment,
        "modified": moment,
        "abstract": "revocation acknowledged",
        "content": f"The revocation of {name} was read; it is no longer used.",
        "object_refs": [name],
        "labels": [LABEL],
        "object_marking_refs": list(markings),
    }


def take_acknowledgement(books: sqlite3.Connection, partner: str, note: Mapping[str, object]) -> list[str]:
    """Enter what a partner's Note acknowledges and return the ids; those that we never revoked, or never sent them, change nothing.

    Raises InputError where the Note has no time.
    """
    labels, names = note.get("labels"), note.get("object_refs")
    if (
        note.get("type") != "note"
        or not isinstance(labels, list)
        or LABEL not in labels
        or not isinstance(names, list)
    ):
        return []
    moment = stix_time(read_time(str(note.get("created"))))
    taken: list[str] = []
    for name in names:
        changed = books.execute(
            "UPDATE revocation SET acknowledged_at = ? WHERE object_id = ? AND partner = ? AND acknowledged_at IS NULL",
            (moment, str(name), partner),
        )
        taken += [str(name)] * changed.rowcount
    return taken


def unacknowledged(books: sqlite3.Connection, now: datetime, after_days: int = 0) -> list[Unacknowledged]:
    """Return revocations that partners have not acknowledged for `after_days` days or longer, oldest first."""
    rows = books.execute(
        "SELECT object_id, partner, revoked_at FROM revocation WHERE acknowledged_at IS NULL ORDER BY revoked_at, object_id, partner"
    )
    found = [
        Unacknowledged(object_id=row[0], partner=row[1], revoked_at=moment, days=(now - moment).days)
        for row in rows
        if (moment := read_time(row[2])) <= now
    ]
    return [one for one in found if one.days >= after_days]

"""When an object was made and last changed, by a rule that anybody can check: the same content has the same `modified`, changed content a later one.

The first version of an object is as old as the scan that it comes from (as coarse as the partner sees times), not as the moment of sending: so the
same scan gives the same bytes again. The books remember the latest version that each partner was given.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from revenuer.share.stix.canonical import canonical, digest
from revenuer.share.stix.compose import timestamp
from revenuer.share.stix.structure import moment

VERSION_TABLES = (
    "CREATE TABLE IF NOT EXISTS stix_version (partner TEXT NOT NULL, id TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL,"
    " content_sha256 TEXT NOT NULL, object BLOB NOT NULL, PRIMARY KEY (partner, id)) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The latest version of an object: its times, and the SHA-256 of all else."""

    created: str
    modified: str
    content_sha256: str


def known_versions(books: sqlite3.Connection, partner: str) -> dict[str, Version]:
    """Return the latest versions that the partner was given, by id."""
    rows = books.execute(
        "SELECT id, created, modified, content_sha256 FROM stix_version WHERE partner = ?", (partner,)
    )
    return {
        row[0]: Version(created=row[1], modified=row[2], content_sha256=row[3]) for row in rows.fetchall()
    }


def stamped(
    stix_object: Mapping[str, object], known: Mapping[str, Version], at: datetime
) -> dict[str, object]:
    """Return the object with `created` and `modified`. `at`: the time of the scan, coarsened. What has fixed times keeps them."""
    if "created" in stix_object:
        return dict(stix_object)
    before = known.get(str(stix_object["id"]))
    created = modified = timestamp(at)
    if before is not None:
        created = before.created
        changed = before.content_sha256 != digest(stix_object)
        modified = max(timestamp(at), _next(before.modified)) if changed else before.modified
    head = {name: stix_object[name] for name in ("type", "spec_version", "id")}
    return {**head, "created": created, "modified": modified, **stix_object}


def remember(books: sqlite3.Connection, partner: str, objects: Iterable[Mapping[str, object]]) -> None:
    """Note the versions that a partner is given. The caller has a transaction open."""
    rows = [
        (partner, one["id"], one["created"], one["modified"], content_digest(one), canonical(one))
        for one in objects
        if "modified" in one
    ]
    books.executemany("INSERT OR REPLACE INTO stix_version VALUES (?, ?, ?, ?, ?, ?)", rows)


def content_digest(stix_object: Mapping[str, object]) -> str:
    """Return the SHA-256 of an object without its times."""
    return digest({name: value for name, value in stix_object.items() if name not in ("created", "modified")})


def revocations(objects: Sequence[Mapping[str, object]], now: datetime) -> list[dict[str, object]]:
    """Return the revoked version of each object, later than the one given; `now` to the hour."""
    at = now.replace(minute=0, second=0, microsecond=0)
    return [
        {
            **one,
            "revoked": True,
            "modified": max(timestamp(at), _next(str(one["modified"]))),
        }
        for one in objects
    ]


def given_objects(books: sqlite3.Connection, partner: str, ids: Sequence[str]) -> list[bytes]:
    """Return the canonical bytes of the latest versions that a partner was given, of the ids that it was given."""
    found = [
        books.execute(
            "SELECT object FROM stix_version WHERE partner = ? AND id = ?", (partner, one)
        ).fetchone()
        for one in ids
    ]
    return [bytes(row[0]) for row in found if row is not None]


def _next(modified: str) -> str:
    """Return the first time after `modified` that STIX tells apart."""
    before = moment(modified)
    if before is None:
        raise ValueError(f"the books hold {modified!r} as a time of modification; restore them from a copy")
    return timestamp(before + timedelta(milliseconds=1))

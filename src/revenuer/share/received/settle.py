"""Decides what of a partner's objects counts: sound ones that a release of theirs vouches for. All others stay outside, with the reason."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from revenuer.share.house import House
from revenuer.share.received.inbox import (
    ACCEPTED,
    NEW,
    QUARANTINED,
    UNATTESTED,
    rows_in,
    set_state,
    version_of,
)
from revenuer.share.revocations import take_acknowledgement
from revenuer.share.signing import KeyRing, ReleaseFault, check_received, read_jwk_file, stix_time
from revenuer.share.stix import digest, read_objects

ABOUT_OURS = {"sighting": "sighting_of_ref", "opinion": "object_refs", "note": "object_refs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many object versions came to count, stay outside as unsound, or wait for a release that vouches for them; the breaks in the partner's
    chain; how many of our own objects they said something of."""

    accepted: int
    quarantined: int
    unattested: int
    faults: tuple[ReleaseFault, ...]
    heard: int


def settle(books: sqlite3.Connection, house: House, partner: str, now: datetime) -> Settled:
    """Check all of a partner's objects that wait, in the caller's transaction. What a release vouches for later is taken up then.

    Without the partner's keys in house.toml nothing can be believed, and all waits.
    """
    waiting = list(rows_in(books, partner, NEW, UNATTESTED))
    read = read_objects(waiting)
    for bad in read.quarantined:
        set_state(books, partner, waiting[bad.index], QUARANTINED, bad.reason)
    sound = [dict(one) for one in read.accepted]
    ring = _pinned(house, partner)
    if ring is None:
        for one in sound:
            set_state(books, partner, one, UNATTESTED, "house.toml names no keys of this partner")
        return Settled(
            accepted=0, quarantined=len(read.quarantined), unattested=len(sound), faults=(), heard=0
        )
    verified = check_received(books, partner, ring, sound, now)
    books.executemany(
        "INSERT INTO release_fault VALUES (?, ?, ?, ?, ?)",
        [(partner, stix_time(now), one.kind.value, one.words, one.object_id) for one in verified.faults],
    )
    accepted = heard = 0
    for one in sound:
        if _counts(one, verified.attested):
            set_state(books, partner, one, ACCEPTED)
            accepted += 1
            heard += _hear(books, partner, one, now)
        else:
            set_state(books, partner, one, UNATTESTED, "no release of the partner's vouches for this version")
    return Settled(
        accepted=accepted,
        quarantined=len(read.quarantined),
        unattested=len(sound) - accepted,
        faults=verified.faults,
        heard=heard,
    )


def _pinned(house: House, partner: str) -> KeyRing | None:
    keys = house.partner(partner).keys
    return None if keys is None else read_jwk_file(house.file_of(keys))


def _counts(one: Mapping[str, Any], attested: Mapping[str, tuple[str, str]]) -> bool:
    """Return whether a release vouches for this very version, or it is itself the attestation of one that counts."""
    if one["type"] == "release-attestation":
        return True
    return attested.get(str(one["id"])) == (version_of(one), digest(one))


def _hear(books: sqlite3.Connection, partner: str, one: Mapping[str, Any], now: datetime) -> int:
    """Enter what an object says of ours."""
    if one["type"] not in ABOUT_OURS:
        return 0
    taken = take_acknowledgement(books, partner, one)
    named = one.get(ABOUT_OURS[one["type"]])
    about = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    says = one.get("opinion") or one.get("count")
    rows = [
        (
            partner,
            str(one["id"]),
            str(name),
            str(one["type"]),
            None if says is None else str(says),
            stix_time(now),
        )
        for name in about
        if name in taken or _is_ours(books, partner, str(name))
    ]
    books.executemany("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def _is_ours(books: sqlite3.Connection, partner: str, name: str) -> bool:
    found = books.execute(
        "SELECT 1 FROM stix_version WHERE partner = ? AND id = ?", (partner, name)
    ).fetchone()
    return found is not None

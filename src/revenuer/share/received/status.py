"""How the exchange with one partner stands: what came, what matched, what helped, what was wrong."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from revenuer.share.received.experience import Experience, experience, source_weight
from revenuer.share.revocations import unacknowledged
from revenuer.share.signing import partner_head


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerStatus:
    """`came`: object versions that count, by type. `quarantined`, `unattested`: versions that do not. `faults`: breaks in their chain, newest first:
    (time, kind, words). `release`: their last verified release, 0 before the first. `weight`: what their word weighs. `told`: object versions that
    they were given. `heard`: what they say of ours, by kind. `unacknowledged`: objects that we revoked and they have not dropped as far as we know."""

    partner: str
    came: dict[str, int]
    quarantined: int
    unattested: int
    faults: tuple[tuple[str, str, str], ...]
    release: int
    experience: Experience
    weight: float
    told: int
    heard: dict[str, int]
    unacknowledged: int


def partner_status(books: sqlite3.Connection, partner: str, now: datetime) -> PartnerStatus:
    """Return how it stands with a partner."""
    known = experience(books, partner)
    head = partner_head(books, partner)
    faults = books.execute(
        "SELECT at, kind, words FROM release_fault WHERE partner = ? ORDER BY at DESC, words LIMIT 20",
        (partner,),
    )
    return PartnerStatus(
        partner=partner,
        came=_counted(
            books,
            "SELECT type, count(*) FROM received WHERE partner = ? AND state = 'accepted' GROUP BY type ORDER BY type",
            partner,
        ),
        quarantined=_count(books, partner, "quarantined"),
        unattested=_count(books, partner, "unattested"),
        faults=tuple((row[0], row[1], row[2]) for row in faults),
        release=0 if head is None else head.sequence,
        experience=known,
        weight=source_weight(known),
        told=sum(
            _counted(books, "SELECT '', count(*) FROM stix_version WHERE partner = ?", partner).values()
        ),
        heard=_counted(
            books, "SELECT kind, count(*) FROM heard WHERE partner = ? GROUP BY kind ORDER BY kind", partner
        ),
        unacknowledged=sum(one.partner == partner for one in unacknowledged(books, now)),
    )


def _count(books: sqlite3.Connection, partner: str, state: str) -> int:
    row = books.execute(
        "SELECT count(*) FROM received WHERE partner = ? AND state = ?", (partner, state)
    ).fetchone()
    return int(row[0])


def _counted(books: sqlite3.Connection, query: str, partner: str) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in books.execute(query, (partner,))}

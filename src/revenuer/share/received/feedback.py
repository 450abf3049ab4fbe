"""What we owe a partner an answer to: claims that we saw here too, claims that were wrong, revocations that we read."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from revenuer.records import UsageError
from revenuer.share.buckets import bucketed
from revenuer.share.house import House
from revenuer.share.policy.coarsen import floor_time
from revenuer.share.policy.policy import PartnerPolicy
from revenuer.share.received.experience import HELPED, WRONG
from revenuer.share.received.inbox import ACCEPTED, rows_in
from revenuer.share.revocations import acknowledgement
from revenuer.share.signing import stix_time
from revenuer.share.stix import Marks, frame_of, marking_id, opinion_on, sighting_of
from revenuer.share.stix.compose import timestamp

REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Objects to send, marked, and what each stands for: (claim id or object id, what). Empty objects: there is nothing to say."""

    objects: tuple[dict[str, object], ...]
    about: tuple[tuple[str, str], ...]


def answer_to(
    books: sqlite3.Connection, house: House, partner: str, policy: PartnerPolicy, now: datetime
) -> Answer:
    """Return what we have to say to a partner that was not said yet: fixed words and bucketed counts alone.

    A sighting is of a campaign of theirs, counts our claims that helped in a bucket, and is not told below the policy's `min_members`. A dispute is an opinion
    on their object; its reason stays in the house. Raises UsageError where the policy lets no sightings leave.
    """
    if "sighting" not in policy.objects:
        raise UsageError(
            f'the policy lets no sighting leave for {partner}; add "sighting" to objects in [partner.{partner}] of policy.toml'
        )
    marks = Marks(tlp=policy.tlp, caveats=policy.caveats)
    moment = timestamp(floor_time(now, policy.times_s))
    about: list[tuple[str, str]] = []
    objects: list[dict[str, object]] = []
    for campaign, ids in _helped(books, partner):
        bucket = bucketed(len(ids), policy.min_members)
        if bucket is not None and campaign.startswith("campaign--"):
            objects.append(sighting_of(campaign, house, partner, marks, count=bucket.low))
            about += [(name, HELPED) for name in ids]
    for name in _pending(books, partner, WRONG):
        if "--" in name and name.split("--")[0] in ("indicator", "campaign"):
            objects.append(opinion_on(name, house, partner, marks, "disagree"))
            about.append((name, WRONG))
    notes = []
    for one in rows_in(books, partner, ACCEPTED):
        if one.get("revoked") is True and not _said(books, partner, one["id"], REVOKED):
            notes.append(
                acknowledgement(house, one, floor_time(now, policy.times_s), (marking_id(policy.tlp),))
            )
            about.append((one["id"], REVOKED))
    stamped = [_stamped(one, moment) for one in objects]
    if not stamped and not notes:
        return Answer(objects=(), about=())
    return Answer(objects=(*frame_of(house, marks), *stamped, *notes), about=tuple(about))


def answered(
    books: sqlite3.Connection, partner: str, about: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Enter what a partner was told, in the caller's transaction."""
    books.executemany(
        "INSERT OR IGNORE INTO answered VALUES (?, ?, ?, ?)",
        [(partner, name, what, stix_time(now)) for name, what in about],
    )


def _stamped(one: dict[str, object], moment: str) -> dict[str, object]:
    head = {name: one[name] for name in ("type", "spec_version", "id")}
    return {**head, "created": moment, "modified": moment, **one}


def _pending(books: sqlite3.Connection, partner: str, what: str) -> list[str]:
    rows = books.execute(
        "SELECT claim_id FROM claim_use u WHERE partner = ? AND outcome = ? AND NOT EXISTS (SELECT 1 FROM answered a"
        " WHERE a.partner = u.partner AND a.claim_id = u.claim_id AND a.what = u.outcome) ORDER BY claim_id",
        (partner, what),
    )
    return [row[0] for row in rows]


def _helped(books: sqlite3.Connection, partner: str) -> list[tuple[str, list[str]]]:
    pending = set(_pending(books, partner, HELPED))
    rows = books.execute(
        "SELECT campaign, claim_id FROM claim_use WHERE partner = ? AND outcome = ? ORDER BY campaign, claim_id",
        (partner, HELPED),
    )
    found: dict[str, list[str]] = {}
    for campaign, claim in rows:
        if claim in pending:
            found.setdefault(campaign, []).append(claim)
    return sorted(found.items())


def _said(books: sqlite3.Connection, partner: str, name: str, what: str) -> bool:
    found = books.execute(
        "SELECT 1 FROM answered WHERE partner = ? AND claim_id = ? AND what = ?", (partner, name, what)
    ).fetchone()
    return found is not None

"""What we owe a partner an answer to: claims that we saw here too, claims that were wrong, revocations that we read."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from revenuer.share.house import House
from revenuer.share.policy import Feedback, Seen, SharePolicy, Withheld, policy_of, release_feedback
from revenuer.share.policy.coarsen import floor_time
from revenuer.share.received.experience import HELPED, WRONG
from revenuer.share.received.inbox import ACCEPTED, rows_in
from revenuer.share.revocations import acknowledgement
from revenuer.share.signing import read_time, stix_time
from revenuer.share.stix import marking_definition, marking_id

REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Objects to send, marked, and what each stands for: (claim or object id, what). `withheld`: what the policy holds back."""

    objects: tuple[dict[str, object], ...]
    about: tuple[tuple[str, str], ...]
    withheld: tuple[Withheld, ...] = ()


def answer_to(
    books: sqlite3.Connection, house: House, partner: str, policy: SharePolicy, now: datetime
) -> Answer:
    """Return what we have to say to a partner that was not said yet, under the same policy and gate as all that leaves.

    A sighting is of a campaign of theirs whose claims helped, with our accounts in a bucket. A dispute is an opinion on their object; its
    reason stays in the house. Raises UsageError for a partner that the policy has no section for.
    """
    rules = policy_of(policy, partner)
    helped = _helped(books, partner)
    wrong = [
        name for name in _pending(books, partner, WRONG) if name.split("--")[0] in ("indicator", "campaign")
    ]
    feedback = [Feedback(about=name, seen=seen) for name, (seen, _) in helped.items()]
    feedback += [Feedback(about=name, opinion="disagree") for name in wrong]
    released = release_feedback(feedback, policy, house, partner, now)
    told = {str(one.get("sighting_of_ref")) for one in released.objects}
    about = [(claim, HELPED) for name, (_, claims) in helped.items() if name in told for claim in claims]
    about += [(name, WRONG) for name in wrong if any(name in _refs(one) for one in released.objects)]
    notes = []
    moment = floor_time(now.astimezone(UTC), rules.times_s)
    for one in rows_in(books, partner, ACCEPTED):
        if one.get("revoked") is True and not _said(books, partner, one["id"]):
            notes.append(acknowledgement(house, one, moment, (marking_id(rules.tlp),)))
            about.append((one["id"], REVOKED))
    if notes and not released.objects:
        notes.insert(0, marking_definition(rules.tlp))
    return Answer(objects=(*released.objects, *notes), about=tuple(about), withheld=released.withheld)


def answered(books: sqlite3.Connection, partner: str, answer: Answer, now: datetime) -> None:
    """Enter what a partner was told, in the caller's transaction."""
    books.executemany(
        "INSERT OR IGNORE INTO answered VALUES (?, ?, ?, ?)",
        [(partner, name, what, stix_time(now)) for name, what in answer.about],
    )


def _refs(one: dict[str, object]) -> list[object]:
    found = one.get("object_refs")
    return found if isinstance(found, list) else []


def _pending(books: sqlite3.Connection, partner: str, what: str) -> list[str]:
    rows = books.execute(
        "SELECT claim_id FROM claim_use u WHERE partner = ? AND outcome = ? AND NOT EXISTS (SELECT 1 FROM answered a"
        " WHERE a.partner = u.partner AND a.claim_id = u.claim_id AND a.what = u.outcome) ORDER BY claim_id",
        (partner, what),
    )
    return [row[0] for row in rows]


def _helped(books: sqlite3.Connection, partner: str) -> dict[str, tuple[Seen, list[str]]]:
    """Return, by campaign of the partner's, how many of our accounts held a value of it, and the claims that are not answered yet."""
    pending = set(_pending(books, partner, HELPED))
    rows = books.execute(
        "SELECT campaign, claim_id, accounts, first, last FROM claim_use WHERE partner = ? AND outcome = ? AND first IS NOT NULL"
        " ORDER BY campaign, claim_id",
        (partner, HELPED),
    ).fetchall()
    found: dict[str, tuple[Seen, list[str]]] = {}
    for campaign in sorted({row[0] for row in rows if row[1] in pending and row[0].startswith("campaign--")}):
        own = [row for row in rows if row[0] == campaign]
        seen = Seen(
            accounts=max(row[2] for row in own),
            first=min(read_time(row[3]) for row in own),
            last=max(read_time(row[4]) for row in own),
        )
        found[campaign] = (seen, [row[1] for row in own if row[1] in pending])
    return found


def _said(books: sqlite3.Connection, partner: str, name: str) -> bool:
    found = books.execute(
        "SELECT 1 FROM answered WHERE partner = ? AND claim_id = ? AND what = ?", (partner, name, REVOKED)
    ).fetchone()
    return found is not None

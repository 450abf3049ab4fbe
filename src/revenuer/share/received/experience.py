"""What our own experience makes of a partner: what matched, what helped, what was wrong, and how much their word therefore weighs."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from revenuer.records import UsageError
from revenuer.share.signing import stix_time

MATCHED, HELPED, WRONG = "matched", "helped", "wrong"
PRICE_OF_WRONG = 3.0
"""One claim that accused an innocent takes what three that helped give: a false accusation is worse than a miss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """Claims of one partner by what became of them. `matched`: fitted a value of ours. `helped`: the value was then found in a campaign of ours, on
    evidence of our own. `wrong`: disputed by us."""

    matched: int = 0
    helped: int = 0
    wrong: int = 0


def experience(books: sqlite3.Connection, partner: str) -> Experience:
    """Return what became of a partner's claims."""
    rows = books.execute(
        "SELECT outcome, count(*) FROM claim_use WHERE partner = ? GROUP BY outcome", (partner,)
    ).fetchall()
    return Experience(**{name: n for name, n in rows if name in (MATCHED, HELPED, WRONG)})


def source_weight(known: Experience) -> float:
    """Return how much a partner's word weighs, between 0 and 1: half at first, towards one with each claim that helped, down with each wrong one.

    The mean of a Beta distribution that starts at (1, 1), with wrong claims counted PRICE_OF_WRONG times. A choice, not a calibration: no weight
    lets claims raise the expected share of false campaigns (detect/claim_priors.py).
    """
    return (1.0 + known.helped) / (2.0 + known.helped + PRICE_OF_WRONG * known.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One claim that came to something. Of one that helped: `accounts` of ours that held its value, from `first` to `last` (None: not told)."""

    partner: str
    claim_id: str
    campaign: str
    accounts: int = 0
    first: datetime | None = None
    last: datetime | None = None


def note_use(books: sqlite3.Connection, uses: Iterable[Use], outcome: str, now: datetime) -> int:
    """Enter that claims matched or helped, in the caller's transaction; return how many are new. The first time counts."""
    before = books.total_changes
    books.executemany(
        "INSERT OR IGNORE INTO claim_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
        [
            (
                one.partner,
                one.claim_id,
                one.campaign,
                outcome,
                stix_time(now),
                one.accounts,
                *map(_text, (one.first, one.last)),
            )
            for one in uses
        ],
    )
    return books.total_changes - before


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else stix_time(moment)


def dispute(
    books: sqlite3.Connection, partner: str, claim_id: str, reason: str, owner: str, now: datetime
) -> None:
    """Enter that a claim was wrong, in the caller's transaction. `reason` and `owner` stay in the house.

    Raises UsageError for an id that the partner never sent and that matched nothing of ours.
    """
    known = books.execute(
        "SELECT 1 FROM received WHERE partner = ? AND id = ? UNION SELECT 1 FROM claim_use WHERE partner = ? AND claim_id = ?",
        (partner, claim_id, partner, claim_id),
    ).fetchone()
    if known is None:
        raise UsageError(
            f"{partner} never sent {claim_id}; see the claims with `revenuer share claims`, and the ids in the table"
        )
    books.execute(
        "INSERT OR REPLACE INTO claim_use VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?)",
        (partner, claim_id, "", WRONG, stix_time(now), reason, owner),
    )

"""What leaves for one partner, and the section of the policy that lets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from revenuer.records import UsageError
from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger, LedgerHead
from revenuer.share.policy.gate import Passage
from revenuer.share.policy.policy import PartnerPolicy, SharePolicy
from revenuer.share.policy.withheld import Withheld
from revenuer.share.stix.canonical import digest
from revenuer.share.stix.tlp import tlp_of
from revenuer.share.stix.versions import VERSION_TABLES, remember


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Objects ready to send, in the order to send them in. `passages`: why each field leaves; `withheld`: what does not, and why."""

    partner: str
    marking: str
    policy_sha256: str
    objects: tuple[dict[str, object], ...]
    passages: tuple[Passage, ...]
    withheld: tuple[Withheld, ...]


def policy_of(policy: SharePolicy, partner: str) -> PartnerPolicy:
    """Return the partner's section. Raises UsageError where there is none: such a partner gets nothing."""
    if partner not in policy.partners:
        raise UsageError(
            f"the policy says nothing of the partner {partner!r}, so nothing leaves; add a section [partner.{partner}], docs/sharing/policy.md explains it"
        )
    return policy.partners[partner]


def depart(released: Released, house: House, *, channel: str, purpose: str, now: datetime) -> LedgerHead:
    """Enter every object into the ledger, and its version as the one that the partner has, in one transaction: only then may the bytes leave.

    `channel` as the ledger has them. Returns the ledger's head.
    """
    departures = [
        Departure(
            time=now,
            partner=released.partner,
            channel=channel,
            object_id=str(one["id"]),
            modified=str(one.get("modified", "")),
            sha256=digest(one),
            marking=label_of(one),
            policy_sha256=released.policy_sha256,
            purpose=purpose,
        )
        for one in released.objects
    ]
    with open_books(house.books, (*VERSION_TABLES, *LEDGER_TABLES)) as books:
        books.execute("BEGIN IMMEDIATE")
        with books:
            remember(books, released.partner, released.objects)
            return Ledger(books).append(*departures)


def label_of(one: Mapping[str, object]) -> str:
    """Return an object's TLP label; empty for the marking definitions, which need none."""
    refs = one.get("object_marking_refs")
    tlp = tlp_of(refs if isinstance(refs, list) else [])
    return "" if tlp is None else f"TLP:{tlp.value.upper()}"

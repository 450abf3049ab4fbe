"""What leaves for one partner, and the section of the policy that lets it."""

from dataclasses import dataclass

from revenuer.records import UsageError
from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.policy.gate import Passage
from revenuer.share.policy.policy import PartnerPolicy, SharePolicy
from revenuer.share.policy.withheld import Withheld
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


def keep(released: Released, house: House) -> None:
    """Note which versions the partner is given: to be called before they leave, so that changed content gets a later `modified`."""
    with open_books(house.books, VERSION_TABLES) as books, books:
        remember(books, released.partner, released.objects)

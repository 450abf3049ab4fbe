"""A campaign as one partner may see it: every value in it is already coarsened, pseudonymous, or from a fixed list. What is composed is composed of this alone."""

from dataclasses import dataclass
from datetime import datetime

from revenuer.records.observable import ObservableKind
from revenuer.share.stix.analyst import Attribution
from revenuer.share.stix.extension import AboutCampaign, Range
from revenuer.share.stix.tlp import Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedObservable:
    """Values that may be told, all of which a pattern asks for together (more than one: none of them stands alone).

    `seen`: first and last, where times are told. `accounts`: how many members held it.
    """

    values: tuple[tuple[ObservableKind, str], ...]
    accounts: Range
    outsiders: Range
    valid_from: datetime
    valid_until: datetime
    seen: tuple[datetime, datetime] | None = None

    @property
    def stands_alone(self) -> bool:
        return len(self.values) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """`campaign_id` serves to derive ids and stands in no object. `human_*`: what an analyst wrote, which a policy let through."""

    campaign_id: str
    confidence: int | None
    seen: tuple[datetime, datetime] | None
    published: datetime
    techniques: tuple[str, ...]
    about: AboutCampaign
    observables: tuple[DisclosedObservable, ...]
    replaces: tuple[str, ...] = ()
    shares_pool_with: tuple[str, ...] = ()
    human_name: str | None = None
    human_author: str | None = None
    human_notes: tuple[str, ...] = ()
    attribution: Attribution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How everything is marked: a label, and caveats in words."""

    tlp: Tlp
    caveats: tuple[str, ...] = ()

"""The policy: what each partner may be told, how coarsely, and what nobody is ever told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from revenuer.records.observable import ObservableKind
from revenuer.share.policy.denylist import Denylist
from revenuer.share.policy.shared_egress import Ranges
from revenuer.share.stix.tlp import Tlp

OBJECTS = (
    "campaign", "indicator", "infrastructure", "attack-pattern", "course-of-action", "sighting", "report", "opinion", "note",
    "intrusion-set", "threat-actor",
)  # fmt: skip
"""Object types that a policy may name. Relationships go with what they join; identity, markings and the extension's definition always go."""
FIELDS = (
    "confidence", "times", "exchanges", "evidence", "behaviour", "cluster", "members", "families", "lineage", "models",
)  # fmt: skip
KINDS = (
    ObservableKind.IP, ObservableKind.IP_PREFIX, ObservableKind.EMAIL_DOMAIN, ObservableKind.USER_AGENT,
    ObservableKind.TLS_FINGERPRINT,
)  # fmt: skip
"""Kinds that may leave in an indicator. The others never do: payment fingerprints and sign-up addresses go through private matching only, spans as keyed hashes."""
TIMES: Mapping[str, int] = {"hour": 3600, "day": 86_400, "week": 604_800}
LEAST_ACCOUNTS, LEAST_MEMBERS = 3, 2
"""No policy goes below: fewer are hardly a group, and what is said of them is said of each."""
WIDEST_IPV4, WIDEST_IPV6 = 16, 24
NARROWEST_IPV4, NARROWEST_IPV6 = 28, 64
VALID_DAYS: Mapping[ObservableKind, int] = {
    ObservableKind.IP: 14,
    ObservableKind.IP_PREFIX: 30,
    ObservableKind.EMAIL_DOMAIN: 90,
    ObservableKind.USER_AGENT: 30,
    ObservableKind.TLS_FINGERPRINT: 60,
}
"""How long an indicator holds after it was last seen, where the policy says nothing: addresses change hands soonest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPolicy:
    """What one partner may be told.

    `tlp`, `caveats`: how all of it is marked. `confidence`: campaigns of which confidence. `min_accounts`: of a campaign, `min_members`: that
    hold an observable, `max_outsiders`: accounts in no campaign that hold it too. `ipv4_prefix`, `ipv6_prefix`, `times_s`, `counts`: how coarse.
    `families`: whether templates leave as hashes and bands, as bands alone, or not. `span_key`: the file with the key that they leave under.
    `epoch_days`: after which pseudonyms change. `models`: names that may be named. `human_text`: whether what an analyst wrote leaves.
    `shared_egress`: whether an address that strangers share is withheld, or leaves in a pattern that asks for something else besides.
    """

    partner: str
    tlp: Tlp = Tlp.AMBER_STRICT
    caveats: tuple[str, ...] = ()
    objects: frozenset[str] = frozenset(OBJECTS[:8])
    fields: frozenset[str] = frozenset({"confidence", "times", "evidence", "behaviour", "cluster"})
    confidence: frozenset[str] = frozenset({"high"})
    min_accounts: int = 10
    min_members: int = 5
    max_outsiders: int = 0
    observables: frozenset[ObservableKind] = frozenset(
        {ObservableKind.IP_PREFIX, ObservableKind.EMAIL_DOMAIN}
    )
    mail_domains: frozenset[str] = frozenset()
    ipv4_prefix: int = 24
    ipv6_prefix: int = 48
    times_s: int = TIMES["hour"]
    counts: Literal["buckets", "magnitude"] = "buckets"
    families: Literal["none", "bands", "hashes"] = "none"
    span_key: Path | None = None
    epoch_days: int = 30
    models: frozenset[str] = frozenset()
    valid_days: Mapping[ObservableKind, int] = field(default_factory=lambda: dict(VALID_DAYS))
    human_text: bool = False
    shared_egress: Literal["withhold", "combined"] = "withhold"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePolicy:
    """A policy file, read and checked. `sha256`: of the file and of every list that it names."""

    partners: Mapping[str, PartnerPolicy]
    shared_ranges: Ranges
    denylist: Denylist
    sha256: str

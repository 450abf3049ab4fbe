"""What a scan concludes: campaigns with their evidence, prevalence, and what could not be evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SCHEMA_VERSION = 1


class Outcome(StrEnum):
    """How a signal answered; there is no NaN and no None."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INCONCLUSIVE = "inconclusive"
    NOT_EVALUATED = "not_evaluated"


class Verdict(StrEnum):
    """What the scan says of one account."""

    CAMPAIGN = "campaign"
    WATCH = "watch"
    CLEAR = "clear"
    SANCTIONED = "sanctioned"
    INSUFFICIENT_DATA = "insufficient_data"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One signal's answer about one group of accounts.

    `log10_bayes_factor` weighs "one operator harvests here" (positive) against the named look-alike (negative).
    `request_ids` are at most ten examples; `family` groups signals whose answers depend on one another.
    """

    signal: str
    family: str
    outcome: Outcome
    log10_bayes_factor: float
    summary: str
    look_alike: str
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Which other campaigns of this log the same operator ran: `replaces` took over after they stopped."""

    replaces: tuple[str, ...] = ()
    shares_pool_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEdge:
    """Two accounts of a group and why they are linked; `weight` is a log10 Bayes factor for 'same operator'."""

    source: str
    target: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRequest:
    """A request shown to the analyst. `text` is None where the log held sketches; `highlights` are [start, end)
    character ranges of `text` that the group shares."""

    request_id: str
    account_id: str
    timestamp: datetime
    text: str | None
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account of a group. `harvest_exchanges` is the estimated part of `exchanges` that is harvest."""

    account_id: str
    exchanges: int
    harvest_exchanges: int
    output_tokens: int
    first_seen: datetime
    last_seen: datetime
    log10_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail:
    """What the report draws of one campaign beyond campaigns.json.

    `bin_starts` are UTC bin starts of equal width `bin_s` seconds; `timeline` has the group's requests per bin,
    `deployment_timeline` everyone else's. `heat_accounts` x `bin_starts` is `heat` (requests, at most 60 rows).
    """

    accounts: tuple[AccountRow, ...]
    bin_s: int
    bin_starts: tuple[datetime, ...]
    timeline: tuple[int, ...]
    deployment_timeline: tuple[int, ...]
    heat_accounts: tuple[str, ...]
    heat: tuple[tuple[int, ...], ...]
    edges: tuple[GraphEdge, ...]
    examples: tuple[ExampleRequest, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    """Descriptive facts by label (tooling fingerprint, working rhythm, rate ceiling, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Accounts behind one operator that harvest, with the evidence for and against.

    `log10_e` is the combined e-value with dependence between signals accounted for; `exchanges` counts the group's
    requests, `harvest_exchanges` the estimated part of them that is harvest.
    """

    campaign_id: str
    rank: int
    confidence: Confidence
    log10_e: float
    accounts: tuple[str, ...]
    exchanges: int
    harvest_exchanges: int
    output_tokens: int
    first_seen: datetime
    last_seen: datetime
    models: tuple[str, ...]
    techniques: tuple[str, ...]
    headline: str
    evidence: tuple[Evidence, ...]
    lineage: Lineage
    recommended_action: str
    would_change_our_mind: tuple[str, ...]
    detail: CampaignDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedGroup:
    """A group that looked suspicious, was judged, and was explained by a look-alike."""

    accounts: tuple[str, ...]
    exchanges: int
    look_alike: str
    reason: str
    log10_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence:
    """Share of all exchanges that is harvest, with an interval of level 0.95."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEvaluated:
    signal: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSummary:
    """What was read. `first`/`last` are None for an empty log."""

    exchanges: int
    accounts: int
    first: datetime | None
    last: datetime | None
    quarantined: int
    duplicates: int
    columns_missing: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    sources: tuple[str, ...]
    """One line per source: file, recognised format, why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVerdict:
    account_id: str
    campaign_id: str | None
    verdict: Verdict
    log10_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything that a scan concluded, in rank order."""

    input: InputSummary
    prevalence: Prevalence
    campaigns: tuple[Campaign, ...]
    sanctioned: tuple[Campaign, ...]
    cleared: tuple[ClearedGroup, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    verdicts: tuple[AccountVerdict, ...]

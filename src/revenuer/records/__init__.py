"""The data contracts: exchanges, accounts, campaigns, evidence, ballots; and the errors."""

from revenuer.records.account import (
    ACCOUNT_SCHEMA,
    EVALUATION,
    LICENSED_DISTILLATION,
    VERIFICATIONS,
)
from revenuer.records.ballot import BALLOT_SCHEMA, WINNERS
from revenuer.records.campaign import (
    SCHEMA_VERSION,
    AccountRow,
    AccountVerdict,
    Campaign,
    CampaignDetail,
    ClearedGroup,
    Confidence,
    Evidence,
    ExampleRequest,
    GraphEdge,
    InputSummary,
    Lineage,
    NotEvaluated,
    Outcome,
    Prevalence,
    ScanResult,
    Verdict,
)
from revenuer.records.errors import (
    InputError,
    MissingDependencyError,
    ResourceError,
    RevenuerError,
    UsageError,
)
from revenuer.records.exchange import (
    EXCHANGE_SCHEMA,
    FINISH_REASONS,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
)
from revenuer.records.quarantine import QuarantinedRow
from revenuer.records.sketch import SKETCH_METADATA_KEY, SKETCH_SCHEMA, SKETCH_VERSION

__all__ = [
    "ACCOUNT_SCHEMA",
    "AccountRow",
    "AccountVerdict",
    "BALLOT_SCHEMA",
    "Campaign",
    "CampaignDetail",
    "ClearedGroup",
    "Confidence",
    "EVALUATION",
    "EXCHANGE_SCHEMA",
    "Evidence",
    "ExampleRequest",
    "FINISH_REASONS",
    "GraphEdge",
    "InputError",
    "InputSummary",
    "LICENSED_DISTILLATION",
    "Lineage",
    "MissingDependencyError",
    "NotEvaluated",
    "OPTIONAL_COLUMNS",
    "Outcome",
    "Prevalence",
    "QuarantinedRow",
    "REQUIRED_COLUMNS",
    "ResourceError",
    "RevenuerError",
    "SCHEMA_VERSION",
    "SKETCH_METADATA_KEY",
    "SKETCH_SCHEMA",
    "SKETCH_VERSION",
    "ScanResult",
    "UsageError",
    "VERIFICATIONS",
    "Verdict",
    "WINNERS",
]

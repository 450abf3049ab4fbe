"""Observables: what accounts hold or send in common, in the clear. For inside the house only; `share` decides what may leave it, and as what."""

from enum import StrEnum

import pyarrow as pa


class ObservableKind(StrEnum):
    """What a value is. A `span` is a few neighbouring words of a prompt as every house cuts them (detect/fingerprints.py): tokens in lower
    case, numbers as `#`, joined by one space; a `system_span` is one of a system prompt."""

    IP = "ip"
    IP_PREFIX = "ip_prefix"
    SIGNUP_IP = "signup_ip"
    TLS_FINGERPRINT = "tls_fingerprint"
    USER_AGENT = "user_agent"
    EMAIL_DOMAIN = "email_domain"
    PAYMENT_FINGERPRINT = "payment_fingerprint"
    SPAN = "span"
    SYSTEM_SPAN = "system_span"


SPAN_OBSERVABLES = (ObservableKind.SPAN, ObservableKind.SYSTEM_SPAN)

OBSERVABLE_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("campaign_id", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("members", pa.int32(), nullable=False),
        pa.field("outsiders", pa.int32(), nullable=False),
        pa.field("support", pa.float32(), nullable=False),
        pa.field("first_seen", pa.timestamp("us", tz="UTC")),
        pa.field("last_seen", pa.timestamp("us", tz="UTC")),
    ]
)
"""One value of one campaign; in an inventory (what a log's accounts hold in common, guilty or not) `campaign_id` is null. `members`: accounts
of the campaign that hold it (inventory: all that do), `outsiders`: accounts in no campaign that ever did. `support`: mean share of those
members' prompts that carry a span (1 for other kinds). `first_seen`, `last_seen`: requests that carry it; null for what only the account table states."""

OBSERVABLES_FILE = "observables.parquet"
"""What `scan` calls the table in its result folder."""

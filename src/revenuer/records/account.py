"""The Account table: what the provider knows of each account outside the request log. The whole table is optional."""

import pyarrow as pa

ACCOUNT_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("organization_id", pa.string()),
        pa.field("created_at", pa.timestamp("us", tz="UTC")),
        pa.field("email_domain", pa.string()),
        pa.field("payment_fingerprint", pa.string()),
        pa.field("signup_ip", pa.string()),
        pa.field("plan", pa.string()),
        pa.field("verification", pa.string()),
        pa.field("declared_use", pa.string()),
    ]
)

VERIFICATIONS: tuple[str, ...] = ("none", "card", "business", "kyc")
"""How far anyone checked who the customer is, weakest first."""

LICENSED_DISTILLATION = "licensed_distillation"
EVALUATION = "evaluation"

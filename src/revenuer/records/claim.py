"""Claims: what peers say of values that our own accounts hold. A claim raises a prior and proves nothing."""

import pyarrow as pa

CLAIM_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("claim_id", pa.string(), nullable=False),
        pa.field("partner", pa.string(), nullable=False),
        pa.field("campaign", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
        pa.field("confidence", pa.int32(), nullable=False),
        pa.field("source_weight", pa.float64(), nullable=False),
        pa.field("marking", pa.string(), nullable=False),
        pa.field("first_seen", pa.timestamp("us", tz="UTC")),
        pa.field("valid_until", pa.timestamp("us", tz="UTC")),
    ]
)
"""One value of one claim. `claim_id`: STIX id of the peer's object, or the match's id. `partner`: who says it, as house.toml calls them. `campaign`:
the peer's STIX campaign id. `kind`, `value`: as in observables, in the clear (a network as `198.51.100.0/24`). `how`: `indicator` (sent in
the clear), `hash` (a keyed hash that fits a value of ours) or `match` (private matching). `confidence`: the peer's, 0 to 100. `source_weight`: what
our own experience leaves of it, 0 to 1. `marking`: the TLP label that it came under."""

HOWS = ("indicator", "hash", "match")
CLAIMS_FILE = "claims.parquet"

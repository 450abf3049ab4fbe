"""Votes between models: one row a comparison."""

import pyarrow as pa

BALLOT_SCHEMA = pa.schema(
    [
        pa.field("model_a", pa.string(), nullable=False),
        pa.field("model_b", pa.string(), nullable=False),
        pa.field("winner", pa.string(), nullable=False),
        pa.field("voter_id", pa.string()),
        pa.field("prompt_id", pa.string()),
        pa.field("timestamp", pa.timestamp("us", tz="UTC")),
        pa.field("weight", pa.float64()),
    ]
)
"""Any further numeric column may serve as a style covariate."""

WINNERS = ("model_a", "model_b", "tie", "both_bad")
"""The labels of `winner`, in the order of their codes."""

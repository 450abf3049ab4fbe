"""The Exchange table: one row for each request that a client made to a model.

Names and types are a contract that outside readers rely on; change it only by adding.
"""

import pyarrow as pa

EXCHANGE_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("model", pa.string(), nullable=False),
        pa.field("timestamp", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("organization_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("client_ip", pa.string()),
        pa.field("user_agent", pa.string()),
        pa.field("tls_fingerprint", pa.string()),
        pa.field("system_prompt", pa.string()),
        pa.field("prompt", pa.string()),
        pa.field("turn", pa.int32()),
        pa.field("tool_count", pa.int32()),
        pa.field("max_tokens", pa.int32()),
        pa.field("temperature", pa.float32()),
        pa.field("n", pa.int32()),
        pa.field("logprobs", pa.bool_()),
        pa.field("stream", pa.bool_()),
        pa.field("reasoning_signature", pa.string()),
        pa.field("input_tokens", pa.int32()),
        pa.field("output_tokens", pa.int32()),
        pa.field("finish_reason", pa.string()),
        pa.field("status", pa.int32()),
        pa.field("response", pa.string()),
    ]
)
"""Column order, Arrow types and nullability of an exchange. Times are UTC; `prompt` is the last user message."""

REQUIRED_COLUMNS: tuple[str, ...] = ("request_id", "account_id", "model", "timestamp")
"""Columns that no row may lack; a row without one of them is quarantined."""

OPTIONAL_COLUMNS: tuple[str, ...] = tuple(
    name for name in EXCHANGE_SCHEMA.names if name not in REQUIRED_COLUMNS
)

FINISH_REASONS: frozenset[str] = frozenset({"stop", "length", "refusal", "error"})

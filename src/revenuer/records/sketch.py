"""The Sketch table: one row a request, without any text. Everything after `sketch` works on it alone."""

import pyarrow as pa

SKETCH_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("model", pa.string(), nullable=False),
        pa.field("timestamp", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("organization_id", pa.string()),
        pa.field("session", pa.int64()),
        pa.field("ip", pa.int64()),
        pa.field("ip_prefix", pa.int64()),
        pa.field("user_agent", pa.int64()),
        pa.field("tls_fingerprint", pa.int64()),
        pa.field("system_prompt", pa.int64()),
        pa.field("prompt", pa.int64()),
        pa.field("token_count", pa.int32()),
        pa.field("turn", pa.int32()),
        pa.field("tool_count", pa.int32()),
        pa.field("max_tokens", pa.int32()),
        pa.field("temperature", pa.float32()),
        pa.field("n", pa.int32()),
        pa.field("logprobs", pa.bool_()),
        pa.field("stream", pa.bool_()),
        pa.field("reasoning_signature", pa.int64()),
        pa.field("input_tokens", pa.int32()),
        pa.field("output_tokens", pa.int32()),
        pa.field("finish_reason", pa.string()),
        pa.field("status", pa.int32()),
        pa.field("fingerprints", pa.list_(pa.int64())),
        pa.field("cot", pa.float32()),
        pa.field("judge", pa.float32()),
        pa.field("bypass", pa.float32()),
        pa.field("synthetic", pa.float32()),
        pa.field("embedding", pa.binary()),
    ]
)
"""`session` .. `prompt` and `reasoning_signature` are keyed 64-bit hashes (null where the value was null);
`fingerprints` are keyed hashes of winnowed spans (low bit 0) and of MinHash bands (low bit 1); `cot` .. `synthetic` are the
intent scores (calibrated log-odds); `embedding` is int8 x EMBED_DIM as bytes, null without a prompt."""

SKETCH_VERSION = "sketch/1"
SKETCH_METADATA_KEY = b"revenuer.schema"
SKETCH_KEY_METADATA_KEY = b"revenuer.key"
"""Parquet metadata of a sketch table: the name of the key it is hashed under (detect.keyed_hash.key_id)."""

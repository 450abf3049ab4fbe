"""Why an answer ended: every vendor's words -> stop, length, refusal, error."""

import pyarrow as pa
import pyarrow.compute as pc

from revenuer.records import FINISH_REASONS

_STOP = (
    "stop",
    "end_turn",
    "stop_sequence",
    "tool_use",
    "tool_calls",
    "tool_call",
    "function_call",
    "completed",
)
_LENGTH = ("length", "max_tokens", "max_output_tokens", "model_context_window_exceeded", "incomplete")
_REFUSAL = (
    "refusal",
    "content_filter",
    "content_filtered",
    "guardrail_intervened",
    "safety",
    "recitation",
    "prohibited_content",
    "blocklist",
)
_ERROR = ("error", "failed", "cancelled", "canceled", "malformed_function_call")

FINISH_WORDS: dict[str, str] = {
    **dict.fromkeys((*_STOP, "finish", "finished", "eos", "complete", "pause_turn"), "stop"),
    **dict.fromkeys(_LENGTH, "length"),
    **dict.fromkeys(_REFUSAL, "refusal"),
    **dict.fromkeys(_ERROR, "error"),
}
"""OpenAI, Anthropic, Bedrock, Gemini, Cohere and OpenTelemetry words; a word not listed becomes null."""


def normalised(reasons: pa.Array) -> pa.Array:
    """Return a string column with each word replaced by one of FINISH_REASONS, or null where it is unknown."""
    coded = pc.dictionary_encode(reasons)
    words = coded.dictionary.to_pylist()
    if FINISH_REASONS.issuperset(words):
        return reasons
    mapped = pa.array([FINISH_WORDS.get(word.strip().lower()) for word in words], type=pa.string())
    return pc.take(mapped, coded.indices)

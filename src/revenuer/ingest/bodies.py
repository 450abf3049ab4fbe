"""Bodies of model requests and answers, as vendors define them -> columns."""

from typing import Any

from revenuer.ingest.messages import conversation, reply_of, text_of
from revenuer.ingest.paths import Record, as_list, as_record, first_of, opened

_MAX_TOKENS = (
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens_to_sample",
    "max_gen_len",
    "maxTokens",
    "inferenceConfig.maxTokens",
    "textGenerationConfig.maxTokenCount",
    "generationConfig.maxOutputTokens",
    "generation_config.max_output_tokens",
)
_TEMPERATURE = (
    "temperature",
    "inferenceConfig.temperature",
    "textGenerationConfig.temperature",
    "generationConfig.temperature",
    "generation_config.temperature",
)
_CHOICES = ("n", "num_generations", "generationConfig.candidateCount", "generation_config.candidate_count")
_MESSAGES = ("messages", "input", "contents", "prompt", "inputText", "message")
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction", "system_prompt", "preamble")
_FINISH = (
    "choices.0.finish_reason",
    "stop_reason",
    "stopReason",
    "candidates.0.finishReason",
    "results.0.completionReason",
    "finish_reason",
    "status",
)


def request_columns(body: object) -> dict[str, object]:
    """Return the conversation columns and the sampling parameters of a request body."""
    record = as_record(body)
    system = opened(first_of(record, _SYSTEM))
    if isinstance(system, dict) and "parts" in system:
        system = system["parts"]
    return {**conversation(first_of(record, _MESSAGES), system), **parameter_columns(record)}


def parameter_columns(parameters: object) -> dict[str, object]:
    """Return max_tokens, temperature, n, logprobs, stream and tool_count."""
    record = as_record(parameters)
    return {
        "max_tokens": first_of(record, _MAX_TOKENS),
        "temperature": first_of(record, _TEMPERATURE),
        "n": first_of(record, _CHOICES),
        "logprobs": _asked(
            first_of(record, ("logprobs", "top_logprobs", "generationConfig.responseLogprobs"))
        ),
        "stream": record.get("stream"),
        "tool_count": tool_count(record),
    }


def tool_count(record: Record) -> int | None:
    """Return how many tools a request offered; null where its log says nothing of tools."""
    tools = opened(first_of(record, ("tools", "toolConfig.tools", "functions", "optional_params.tools")))
    return len(tools) if isinstance(tools, list) else None


def _asked(value: object) -> object:
    """Older completions give `logprobs` a number: how many per token."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value > 0
    return value


def response_columns(body: object) -> dict[str, object]:
    """Return response and finish_reason of an answer body, or of the list of its streamed pieces."""
    body = opened(body)
    if isinstance(body, str):
        return {"response": body or None}
    if isinstance(body, list):
        return _streamed(body)
    record = as_record(body)
    finish = first_of(record, _FINISH)
    return {"response": _answer(record), "finish_reason": finish if isinstance(finish, str) else None}


def _answer(record: Record) -> str | None:
    for choice in as_list(record.get("choices"))[:1]:
        choice = as_record(choice)
        return text_of(as_record(choice.get("message")).get("content")) or text_of(choice.get("text"))
    for path in ("output.message", "message"):
        message = first_of(record, (path,))
        if isinstance(message, dict):
            return text_of(message.get("content"))
    for key in ("content", "outputText", "generation", "completion", "response", "text"):
        if text := text_of(opened(record.get(key))):
            return text
    if text := reply_of(record.get("output")):
        return text
    inner = first_of(record, ("results.0.outputText", "candidates.0.content.parts", "generations.0.text"))
    return text_of(inner)


def _streamed(pieces: list[Any]) -> dict[str, object]:
    texts: list[str] = []
    finish: object = None
    for piece in map(as_record, pieces):
        text = first_of(
            piece,
            (
                "delta.text",
                "contentBlockDelta.delta.text",
                "choices.0.delta.content",
                "completion",
                "outputText",
                "generation",
                "text",
            ),
        )
        if isinstance(text, str):
            texts.append(text)
        stop = first_of(
            piece,
            ("delta.stop_reason", "messageStop.stopReason", "choices.0.finish_reason", "stop_reason"),
        )
        finish = stop if isinstance(stop, str) else finish
    return {"response": "".join(texts) or reply_of(pieces), "finish_reason": finish}

"""OpenInference spans (Arize Phoenix and its instrumentations).

Source: OpenInference semantic conventions, `llm.*` attributes of spans of kind LLM.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from revenuer.ingest.bodies import parameter_columns
from revenuer.ingest.formats.span import Span, http_status, indexed
from revenuer.ingest.mapper import Row
from revenuer.ingest.messages import conversation, reply_of
from revenuer.ingest.paths import first_of, opened

NAME = "openinference"
ACCOUNT = ("user.id", "metadata.user_id")
_KIND = "openinference.span.kind"


def follows(span: Span) -> bool:
    """Tell whether `span` follows OpenInference, of whatever kind."""
    return _KIND in span.attributes


def row(span: Span, account: Sequence[str]) -> Row | None:
    """Return the exchange that an LLM span is; None for a span of another kind."""
    attributes = span.attributes
    if str(attributes[_KIND]).upper() != "LLM":
        return None
    parameters = parameter_columns(attributes.get("llm.invocation_parameters"))
    tools = len(indexed(attributes, "llm.tools")) or parameters.pop("tool_count", None)
    answers = _messages(attributes, "llm.output_messages")
    finish = first_of(attributes, ("llm.finish_reason", "llm.output_messages.0.message.finish_reason"))
    return {
        **conversation(_messages(attributes, "llm.input_messages") or _input(attributes)),
        **parameters,
        "tool_count": tools,
        "request_id": span.identity,
        "account_id": first_of(attributes, account),
        "model": first_of(attributes, ("llm.model_name",)),
        "timestamp": span.start,
        "session_id": attributes.get("session.id"),
        "client_ip": attributes.get("client.address"),
        "user_agent": attributes.get("user_agent.original"),
        "input_tokens": attributes.get("llm.token_count.prompt"),
        "output_tokens": attributes.get("llm.token_count.completion"),
        "finish_reason": "error" if span.failed else finish,
        "status": http_status(attributes, failed=span.failed),
        "response": reply_of(answers) or _plain(attributes, "output"),
    }


def _messages(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    messages = []
    for part in indexed(attributes, prefix):
        content = part.get("message.content")
        blocks = indexed(part, "message.contents")
        if content is None and blocks:
            content = [_block(block) for block in blocks]
        messages.append({"role": part.get("message.role", "user"), "content": content})
    return messages


def _block(block: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": block.get("message_content.type"),
        "text": block.get("message_content.text"),
        "signature": block.get("message_content.signature"),
        "id": block.get("message_content.id"),
    }


def _input(attributes: Mapping[str, Any]) -> object:
    """Return the whole input where no messages were recorded."""
    value = opened(attributes.get("input.value"))
    if isinstance(value, dict):
        return value.get("messages") or value.get("input") or value.get("prompt")
    return value


def _plain(attributes: Mapping[str, Any], side: str) -> str | None:
    value = attributes.get(f"{side}.value")
    return (
        value
        if isinstance(value, str) and attributes.get(f"{side}.mime_type") != "application/json"
        else None
    )

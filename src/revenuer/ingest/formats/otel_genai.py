"""OpenTelemetry's GenAI conventions, three generations of them.

Current: messages in `gen_ai.input.messages`, on the span or on a `gen_ai.client.inference.operation.details` event.
Up to 1.36: one event a message (`gen_ai.user.message`, ...), on the span or as log records. OpenLLMetry: attributes
`gen_ai.prompt.{i}.content`. Source: OpenTelemetry semantic conventions, GenAI (status: development).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from revenuer.ingest.formats.span import LogEvent, Span, http_status, indexed
from revenuer.ingest.mapper import Row
from revenuer.ingest.messages import conversation, reply_of
from revenuer.ingest.paths import as_list, as_record, first_of, opened

NAME = "otel-genai"
ACCOUNT = ("user.id", "enduser.id", "enduser.pseudo.id", "traceloop.association.properties.user_id")
DETAILS_EVENT = "gen_ai.client.inference.operation.details"
_MODEL_CALLS = frozenset({"chat", "text_completion", "generate_content", "completion", "message"})
_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
_WHOLE = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}


def is_message_event(name: str) -> bool:
    """Tell whether an event of this name carries a message."""
    return name in _ROLES or name == _CHOICE or name in _WHOLE


def follows(span: Span) -> bool:
    """Tell whether `span` is a model call by these conventions."""
    operation = span.attributes.get("gen_ai.operation.name", span.attributes.get("llm.request.type"))
    if operation is None:
        return "gen_ai.request.model" in span.attributes or "gen_ai.response.model" in span.attributes
    return isinstance(operation, str) and operation in _MODEL_CALLS


def row(span: Span, events: Sequence[LogEvent], account: Sequence[str]) -> Row:
    """Return the exchange that `span` is, its messages taken from itself or from `events`."""
    for event in events:
        if event.name == DETAILS_EVENT:
            attributes = {**span.attributes, **event.attributes}
            break
    else:
        attributes = dict(span.attributes)
    asked, answered = _messages(attributes, events)
    return _row(attributes, asked, answered, span.start, span.identity, account, failed=span.failed)


def row_of_event(event: LogEvent, account: Sequence[str]) -> Row:
    """Return the exchange that a self-contained details event is."""
    attributes = {**event.attributes, **event.body}
    asked, answered = _messages(attributes, ())
    identity = f"{event.trace_id}:{event.span_id}" if event.span_id else None
    failed = "error.type" in attributes
    return _row(attributes, asked, answered, event.start, identity, account, failed=failed)


def _row(
    attributes: Mapping[str, Any],
    asked: object,
    answered: object,
    start: object,
    identity: str | None,
    account: Sequence[str],
    *,
    failed: bool,
) -> Row:
    found = conversation(asked, attributes.get("gen_ai.system_instructions"))
    return {
        **found,
        "request_id": first_of(attributes, ("gen_ai.response.id",)) or identity,
        "account_id": first_of(attributes, account),
        "model": first_of(attributes, ("gen_ai.response.model", "gen_ai.request.model")),
        "timestamp": start,
        "session_id": first_of(attributes, ("gen_ai.conversation.id", "session.id")),
        "client_ip": attributes.get("client.address"),
        "user_agent": attributes.get("user_agent.original"),
        "tls_fingerprint": first_of(attributes, ("tls.client.ja4", "tls.client.ja3")),
        "tool_count": _tools(attributes),
        "max_tokens": attributes.get("gen_ai.request.max_tokens"),
        "temperature": attributes.get("gen_ai.request.temperature"),
        "n": attributes.get("gen_ai.request.choice.count"),
        "stream": first_of(attributes, ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming")),
        "input_tokens": first_of(attributes, ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")),
        "output_tokens": first_of(
            attributes, ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
        ),
        "finish_reason": "error" if failed else _finish(attributes, answered),
        "status": http_status(attributes, failed=failed),
        "response": reply_of(answered),
    }


def _messages(attributes: Mapping[str, Any], events: Iterable[LogEvent]) -> tuple[object, object]:
    """Return the request's and the answer's messages, the newest convention first."""
    asked = first_of(attributes, ("gen_ai.input.messages",))
    answered = first_of(attributes, ("gen_ai.output.messages",))
    told, chosen = _of_events(events)
    asked = asked or told or _numbered(attributes, "gen_ai.prompt") or attributes.get("gen_ai.prompt")
    answered = (
        answered
        or chosen
        or _numbered(attributes, "gen_ai.completion")
        or attributes.get("gen_ai.completion")
    )
    return asked, answered


def _numbered(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "role": part.get("role", "user"),
            "content": part.get("content"),
            "finish_reason": part.get("finish_reason"),
        }
        for part in indexed(attributes, prefix)
    ]


def _of_events(events: Iterable[LogEvent]) -> tuple[list[Any], list[Any]]:
    asked: list[Any] = []
    answered: list[Any] = []
    for event in events:
        body = {**event.attributes, **as_record(event.attributes.get("gen_ai.event.content")), **event.body}
        if event.name == _CHOICE:
            message = as_record(body.get("message"))
            content = message.get("content", body.get("content"))
            answered.append(
                {"role": "assistant", "content": content, "finish_reason": body.get("finish_reason")}
            )
        elif event.name in _ROLES:
            role = body.get("role", _ROLES[event.name])
            asked.append({"role": role, "content": opened(body.get("content"))})
        elif event.name in _WHOLE:
            target = asked if event.name == "gen_ai.content.prompt" else answered
            target.extend(as_list(body.get(_WHOLE[event.name])))
    return asked, answered


def _finish(attributes: Mapping[str, Any], answered: object) -> object:
    for reason in as_list(attributes.get("gen_ai.response.finish_reasons")):
        return reason if isinstance(reason, str) else None
    for message in as_list(answered):
        reason = as_record(message).get("finish_reason")
        return reason if isinstance(reason, str) else None
    return None


def _tools(attributes: Mapping[str, Any]) -> int | None:
    tools = opened(attributes.get("gen_ai.tool.definitions"))
    if isinstance(tools, list):
        return len(tools)
    return len(indexed(attributes, "llm.request.functions")) or None

"""The messages of a request -> prompt, system prompt, turn and replayed reasoning, whichever vendor's shape they have.

Understood: OpenAI chat and Responses items, Anthropic blocks, Bedrock Converse, Gemini contents, OpenTelemetry parts
and LangChain roles. Anything else is stepped over: a message nobody can read is no reason to lose the request.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from revenuer.ingest.paths import Record, as_list, as_record, as_text, opened

_USER = frozenset({"user", "human", "input"})
_SYSTEM = frozenset({"system", "developer"})
_TOOL_PARTS = frozenset(
    {
        "tool_result",
        "tool_call_response",
        "function_call_output",
        "custom_tool_call_output",
        "computer_call_output",
    }
)
_TOOL_KEYS = ("toolResult", "functionResponse", "function_response")
_SIGNED = frozenset(
    {
        "reasoningContent",
        "thoughtSignature",
        "thought_signature",
        "signature",
        "data",
        "encrypted_content",
        "id",
        "thinking_blocks",
    }
)
_MAX_PARTS = 100_000


def conversation(messages: object, system: object = None) -> dict[str, object]:
    """Return the columns prompt, system_prompt, turn and reasoning_signature.

    `prompt` is the text of the last user message, text parts joined by line ends, null where it has no text (an
    image). `turn` is the number of user messages less one; messages that only carry tool results are not the
    user's. `reasoning_signature` is that of the last reasoning block in the request.
    """
    told = text_of(opened(system))
    users: list[Record] = []
    signature: str | None = None
    for message in _messages(messages):
        role = _role(message)
        if role in _SYSTEM:
            told = "\n".join(filter(None, (told, text_of(_content(message)))))
        elif role in _USER and not _only_tool_results(message):
            users.append(message)
        signature = _signature(message) or signature
    return {
        "prompt": text_of(_content(users[-1])) if users else None,
        "system_prompt": told or None,
        "turn": len(users) - 1 if users else None,
        "reasoning_signature": signature,
    }


def text_of(content: object) -> str | None:
    """Return the text in `content` (text, one part or a list of parts), or None where there is none."""
    if isinstance(content, str):
        return content or None
    texts = [text for part in _parts(content) if (text := _text_of_part(part))]
    return "\n".join(texts) or None


def reply_of(messages: object) -> str | None:
    """Return the text of every message in `messages`, for answers."""
    texts = [text for message in _messages(messages) if (text := text_of(_content(message)))]
    return "\n".join(texts) or None


def _messages(messages: object) -> Iterator[Record]:
    messages = opened(messages)
    if isinstance(messages, str):
        yield {"role": "user", "content": messages}
        return
    if isinstance(messages, dict):
        messages = messages.get("messages", [messages])
    for message in as_list(messages):
        if isinstance(message, list):
            yield from (inner for inner in message if isinstance(inner, dict))
        elif isinstance(message, dict):
            yield message
        elif isinstance(message, str):
            yield {"role": "user", "content": message}


def _role(message: Record) -> str:
    role = message.get("role", message.get("type"))
    return role.lower() if isinstance(role, str) else ""


def _content(message: Record) -> Any:
    for key in ("content", "parts", "text"):
        if message.get(key) is not None:
            return opened(message[key])
    return None


def _parts(content: object) -> list[Any]:
    if isinstance(content, dict):
        return [content]
    return content[:_MAX_PARTS] if isinstance(content, list) else []


def _text_of_part(part: object) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or _kind(part) in _TOOL_PARTS | {"thinking", "reasoning"}:
        return None
    for key in ("text", "content", "refusal") if _kind(part) in ("", "text") else ("text", "refusal"):
        if isinstance(part.get(key), str):
            return as_text(part[key])
    return None


def _kind(part: Record) -> str:
    kind = part.get("type")
    return kind if isinstance(kind, str) else ""


def _is_tool_result(part: object) -> bool:
    return isinstance(part, dict) and (_kind(part) in _TOOL_PARTS or any(key in part for key in _TOOL_KEYS))


def _only_tool_results(message: Record) -> bool:
    parts = _parts(_content(message))
    return bool(parts) and all(map(_is_tool_result, parts))


def _signature(message: Record) -> str | None:
    found: str | None = None
    for part in (message, *_parts(_content(message))):
        if isinstance(part, dict):
            found = _signature_of_part(part) or found
    return found


def _signature_of_part(part: Record) -> str | None:
    """Return a short id of a reasoning block: what the vendor verifies comes before an id that a client may rename."""
    if not _SIGNED & part.keys():
        return None
    kind = part.get("type")
    inner = as_record(as_record(part.get("reasoningContent")).get("reasoningText"))
    candidates: tuple[object, ...] = (
        inner.get("signature"),
        part.get("thoughtSignature", part.get("thought_signature")),
        part.get("signature") if kind in ("thinking", "reasoning") else None,
        part.get("data") if kind == "redacted_thinking" else None,
        part.get("encrypted_content") if kind == "reasoning" else None,
        part.get("id") if kind == "reasoning" else None,
        *(as_record(block).get("signature") for block in as_list(part.get("thinking_blocks"))[-1:]),
    )
    for value in candidates:
        if isinstance(value, str) and value:
            return hashed(value)
    return None


def hashed(value: str) -> str:
    """Return a short stable id of a signature, which may be kilobytes long."""
    return hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=16).hexdigest()

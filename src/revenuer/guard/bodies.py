"""A request to a language model, as OpenAI, Anthropic and those who speak their languages take it -> an Event.

Understood: OpenAI chat completions, completions and Responses, Anthropic messages, and chat completions with Anthropic's
`thinking_blocks` as LiteLLM passes them on. Whatever is not understood is stepped over: the request is then decided with what is left.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from revenuer.guard.event import Event
from revenuer.guard.salvage import open_body
from revenuer.records import InputError

UNKNOWN_MODEL = "unknown"
"""The model of a request whose body names none, or was not shown."""

MAX_PARTS = 20_000
"""Messages and their parts together that one request may have; a 1 MiB conversation has some hundreds."""

MIN_SIGNATURE = 40
"""Characters from which on a `signature` counts. Vendors' own have hundreds; documented placeholders that many honest clients send
(`skip_thought_signature_validator`, `context_engineering_is_the_way_to_go`) have fewer, and shared by many they would accuse."""

MIN_REASONING_ID = 24
"""Characters from which on the `id` of a reasoning item counts (OpenAI's: `rs_` and about 50); gateways number theirs `rs_0`, `rs_1`."""

LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample")
"""What requests call the length of an answer; the first that is there is the event's."""

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

_INT32 = 2**31 - 1
_SYSTEM = frozenset({"system", "developer"})
_TOOL_RESULTS = frozenset(
    {"tool_result", "function_call_output", "custom_tool_call_output", "computer_call_output"}
)


def event_from_body(
    body: bytes,
    *,
    headers: Headers,
    account_id: str,
    request_id: str,
    timestamp: int,
    client_ip: str | None,
    path: str = "",
) -> Event:
    """Return the event that a request with this body is, be the body whole, cut short, or no JSON at all.

    `headers`: of the original request; only `user-agent` is read, since anybody may send anything in the others. `path`: of the original
    request, if known: it settles which of several conversations in one body the model will read. A conversation that is cut short
    yields no prompt: which message is its last is not known. Raises InputError where the body nests too deep, has too many
    messages, or `account_id` is empty.
    """
    value, cut_in = open_body(body) if body else (None, "")
    event = _event(value, path, cut_in, account_id=account_id, request_id=request_id, timestamp=timestamp)
    event.client_ip = client_ip
    event.user_agent = _user_agent(headers)
    return event


def event_from_messages(
    messages: object,
    *,
    account_id: str,
    request_id: str,
    timestamp: int,
    model: str | None = None,
    client_ip: str | None = None,
    user_agent: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Event:
    """Return the event that a decoded conversation is. `parameters`: the rest of the request's body (system, tools, max_tokens ...).

    Raises InputError as `event_from_body` does, nesting excepted.
    """
    request = {**(parameters or {}), "messages": messages, **({} if model is None else {"model": model})}
    event = _event(request, "", "", account_id=account_id, request_id=request_id, timestamp=timestamp)
    event.client_ip = client_ip
    event.user_agent = user_agent
    return event


def signature_id(signature: str) -> str:
    """Return the short id under which a reasoning block's signature is known: the same that `ingest` gives it in logs."""
    return hashlib.blake2b(signature.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _event(
    value: object, path: str, cut_in: str, *, account_id: str, request_id: str, timestamp: int
) -> Event:
    if not account_id:
        raise InputError("the request has no account; name the header or field that carries it")
    request = value if isinstance(value, dict) else {}
    source = _conversation_field(request, path)
    prompt, told, turn, signature = _conversation(request.get(source), MAX_PARTS)
    first = None if cut_in in ("system", "instructions") else _system(request)
    model = request.get("model")
    return Event(
        request_id=request_id,
        account_id=account_id,
        model=clean(model) if isinstance(model, str) and model else UNKNOWN_MODEL,
        timestamp=timestamp,
        system_prompt="\n".join(text for text in (first, told) if text) or None,
        prompt=None if cut_in == source else prompt,
        turn=turn,
        tool_count=_tool_count(request),
        max_tokens=_first_count(request, LENGTHS),
        temperature=_number(request.get("temperature")),
        n=max(_count(request.get("n")) or 1, 1),
        logprobs=_asks_logprobs(request),
        stream=request.get("stream") is True,
        reasoning_signature=signature,
    )


def _conversation_field(request: dict[str, Any], path: str) -> str:
    if path.endswith("/responses") and "input" in request:
        return "input"
    if path.endswith("/completions") and not path.endswith("/chat/completions") and "prompt" in request:
        return "prompt"
    return next(
        (name for name in ("messages", "input", "prompt") if request.get(name) is not None), "messages"
    )


def _conversation(messages: object, budget: int) -> tuple[str | None, str | None, int, str | None]:
    """Return the last user message's text, the system messages' text, the turn and the latest reasoning signature."""
    told: list[str] = []
    last: object = None
    users = 0
    signature: str | None = None
    for message in _messages(messages):
        content = message.get("content")
        parts = content if isinstance(content, list) else ()
        budget -= 1 + len(parts)
        if budget < 0:
            raise InputError(f"the request has more than {MAX_PARTS} messages and parts; send fewer")
        role = message.get("role")
        if role == "user":
            if not (parts and all(map(_is_tool_result, parts))):
                users += 1
                last = content
        elif isinstance(role, str) and role in _SYSTEM:
            told.append(text_of(content) or "")
        else:
            signature = _signature(message, parts) or signature
    return text_of(last), "\n".join(filter(None, told)) or None, max(users - 1, 0), signature


def _messages(messages: object) -> Iterator[dict[str, Any]]:
    if isinstance(messages, str):
        messages = [messages]
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            yield message
        elif isinstance(message, str):
            yield {"role": "user", "content": message}


def text_of(content: object) -> str | None:
    """Return the text in a message's content (text, or a list of parts), joined by line ends; None where it has none."""
    if isinstance(content, str):
        return clean(content) or None
    if not isinstance(content, list):
        return None
    texts = [part if isinstance(part, str) else part.get("text") for part in content if _has_text(part)]
    return clean("\n".join(text for text in texts if isinstance(text, str))) or None


def clean(text: str) -> str:
    """Return `text` such that it can be encoded: a lone surrogate, which JSON allows and UTF-8 does not, becomes a question mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _has_text(part: object) -> bool:
    if isinstance(part, str):
        return True
    return isinstance(part, dict) and part.get("type") not in ("thinking", "reasoning", *_TOOL_RESULTS)


def _is_tool_result(part: object) -> bool:
    kind = part.get("type") if isinstance(part, dict) else None
    return isinstance(kind, str) and kind in _TOOL_RESULTS


def _system(request: dict[str, Any]) -> str | None:
    return text_of(request.get("system")) or text_of(request.get("instructions"))


def _signature(message: dict[str, Any], parts: Iterable[object]) -> str | None:
    blocks = message.get("thinking_blocks")
    found: str | None = None
    for part in (message, *parts, *(blocks if isinstance(blocks, list) else ())[:MAX_PARTS]):
        if isinstance(part, dict):
            found = signature_of(part) or found
    return found


def signature_of(part: dict[str, Any]) -> str | None:
    """Return the id of a reasoning block: what the vendor verifies comes before an id that a client may rename."""
    kind = part.get("type")
    if kind == "thinking":
        value, least = part.get("signature"), MIN_SIGNATURE
    elif kind == "redacted_thinking":
        value, least = part.get("data"), MIN_SIGNATURE
    elif kind == "reasoning":
        value, least = part.get("encrypted_content"), MIN_SIGNATURE
        if not isinstance(value, str):
            value, least = part.get("id"), MIN_REASONING_ID
    else:
        return None
    return signature_id(value) if isinstance(value, str) and len(value) >= least else None


def _tool_count(request: dict[str, Any]) -> int | None:
    tools = request.get("tools", request.get("functions"))
    return len(tools) if isinstance(tools, list) else None


def _asks_logprobs(request: dict[str, Any]) -> bool:
    for name in ("logprobs", "top_logprobs"):
        value = request.get(name)
        if value is True or (isinstance(value, (int, float)) and value > 0):
            return True
    included = request.get("include")
    return isinstance(included, list) and "message.output_text.logprobs" in included


def _first_count(request: dict[str, Any], names: Iterable[str]) -> int | None:
    return next((count for name in names if (count := _count(request.get(name))) is not None), None)


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return min(value, _INT32)
    return None


def _number(value: object) -> float | None:
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and abs(value) < 1e6
        and not math.isnan(value)
    ):
        return float(value)
    return None


def _user_agent(headers: Headers) -> str | None:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return next((clean(value) for name, value in pairs if name.lower() == "user-agent"), None)

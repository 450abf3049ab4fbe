"""Bodies of an OpenAI-compatible interface -> what we need of them. Every field may be missing, null or nonsense: the other side is not ours."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec

from revenuer.prove.suspects.endpoint.errors import WireError

CUT_OFF = -9000.0
"""Servers write -9999.0 for minus infinity, which is no log-probability."""


NULL = msgspec.Raw(b"null")


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Message(msgspec.Struct, frozen=True):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None


class _EchoedLogprobs(msgspec.Struct, frozen=True):
    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None


class _PromptLogprob(msgspec.Struct, frozen=True):
    logprob: float
    rank: int | None = None
    decoded_token: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Message | None = None
    text: str | None = None
    finish_reason: str | None = None
    logprobs: msgspec.Raw = NULL
    prompt_logprobs: msgspec.Raw = NULL


class _Body(msgspec.Struct, frozen=True):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    model: str | None = None
    error: msgspec.Raw = NULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer. `finish_reason` in the words of the Exchange table."""

    text: str
    finish_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScores:
    """Tokens of a text as the server spells them, with log-probabilities; None where it gives none (the first token has nothing before it).
    `generated`: how many tokens at the end the model added, as far as the server says. `marks`: what tells tokens apart that are spelled
    alike: the server's own ids, or their spelling where it gives none."""

    tokens: tuple[str, ...]
    logprobs: tuple[float | None, ...]
    marks: tuple[str, ...]
    generated: int = 0


def parse_written(raw: str) -> Written:
    """Return the first choice's answer, of a chat or a completion. Raises WireError."""
    choice = _first_choice(_body(raw))
    if choice.message is None:
        if choice.text is None:
            raise WireError("the choice has neither a message nor a text")
        return Written(text=choice.text, finish_reason=_reason(choice.finish_reason))
    content, refusal = choice.message.content, choice.message.refusal
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    if refusal and not content:
        return Written(text=refusal, finish_reason="refusal")
    return Written(text=content or "", finish_reason=_reason(choice.finish_reason))


def parse_echo(raw: str) -> TokenScores:
    """Return the tokens of an echoed prompt, the generated ones behind them. Raises WireError."""
    body = _body(raw)
    held = _first_choice(body).logprobs
    given = _decoded(held, _EchoedLogprobs | None, "logprobs")
    if given is None or not given.tokens or given.token_logprobs is None:
        raise WireError("the choice has no log-probabilities of tokens")
    if len(given.tokens) != len(given.token_logprobs):
        raise WireError(f"{len(given.tokens)} tokens have {len(given.token_logprobs)} log-probabilities")
    said = body.usage.completion_tokens if body.usage is not None else None
    return TokenScores(
        tokens=tuple(given.tokens),
        logprobs=tuple(map(_logprob, given.token_logprobs)),
        marks=tuple(given.tokens),
        generated=min(max(said or 0, 0), len(given.tokens)),
    )


def parse_prompt_logprobs(raw: str) -> TokenScores:
    """Return the tokens of vLLM's `prompt_logprobs`: for each place the prompt's own token, which is the least probable of those listed.
    Raises WireError."""
    held = _first_choice(_body(raw)).prompt_logprobs
    given = _decoded(held, list[dict[str, _PromptLogprob] | None] | None, "prompt_logprobs")
    if not given:
        raise WireError("the choice has no prompt_logprobs")
    tokens: list[str] = []
    logprobs: list[float | None] = []
    marks: list[str] = []
    for listed in given:
        # The first place has no log-probability, and so no token either; what stands there is found by alignment.
        if listed and len(listed) > 1 and any(one.rank is None for one in listed.values()):
            raise WireError("prompt_logprobs list several tokens for one place and do not rank them")
        mark, own = max(listed.items(), key=lambda one: one[1].rank or 0) if listed else ("", None)
        if own is not None and own.decoded_token is None:
            raise WireError("a token of prompt_logprobs has no text")
        tokens.append(own.decoded_token or "" if own is not None else "")
        logprobs.append(None if own is None else _logprob(own.logprob))
        marks.append(mark)
    return TokenScores(tokens=tuple(tokens), logprobs=tuple(logprobs), marks=tuple(marks))


def tokens_used(raw: str) -> tuple[int, int] | None:
    """Return (tokens in, tokens out) as the body says, None where it says nothing."""
    try:
        usage = _body(raw).usage
    except WireError:
        return None
    if usage is None or usage.prompt_tokens is None:
        return None
    return max(usage.prompt_tokens, 0), max(usage.completion_tokens or 0, 0)


def error_words(raw: str) -> str:
    """Return what an error body says, in at most 300 characters; never fails."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        found = raw
    while isinstance(found, dict) and found:
        found = next((found[name] for name in ("error", "message", "detail") if found.get(name)), str(found))
    return " ".join(str(found).split())[:300].encode("utf-8", "replace").decode("utf-8")


def _body(raw: str) -> _Body:
    try:
        body = msgspec.json.decode(raw, type=_Body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise WireError(f"the body is no completion ({str(error)[:120]})") from error
    if bytes(body.error) != b"null" and not body.choices:
        raise WireError(f"the body is an error: {error_words(raw)}")
    return body


def _first_choice(body: _Body) -> _Choice:
    if not body.choices:
        raise WireError("the body has no choices")
    return body.choices[0]


def _decoded(held: msgspec.Raw, kind: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(held, type=kind)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise WireError(f"{name} are of another shape ({str(error)[:120]})") from error


def _logprob(value: float | None) -> float | None:
    return (
        None
        if value is None or not math.isfinite(value) or value < CUT_OFF or value > 0.01
        else min(value, 0.0)
    )


def _reason(said: str | None) -> str | None:
    return "refusal" if said == "content_filter" else said

"""Holds an answer to its limits: fewer alternatives a token, and log-probabilities rounded. Pure functions, for any gateway to call.

A request is held to its limits by `revenuer.guard.front.restrict`; what cannot be asked for less is taken from the answer here.
"""

import math
from collections.abc import Mapping
from typing import Any

from revenuer.records import Limits

_DIGITS = 9
"""Decimals that a rounded log-probability keeps: 0.3, not 0.30000000000000004."""


def rounded(logprob: float, step: float | None) -> float:
    """Return the nearest multiple of `step` (nats), never above 0; the value itself without a step."""
    if step is None or not math.isfinite(logprob):
        return logprob
    return min(round(round(logprob / step) * step, _DIGITS), 0.0) + 0.0


def limits_answers(limits: Limits) -> bool:
    """Return whether an answer within the request's limits may still say too much, so that `limited_answer` must see it."""
    return limits.logprobs and (limits.top_logprobs is not None or limits.logprob_step is not None)


def limited_answer(said: Any, language: str, limits: Limits) -> Any:
    """Return a decoded answer, or one event of a streamed one, with no more log-probabilities than `limits` leave.

    `language`: `chat`, `completions`, `responses` or `messages`; the last knows no log-probabilities. Wherever in the answer a
    field of these names stands it is cut: vLLM's and others' own places included. `said` is not changed.
    Not hidden: the order of alternatives that are rounded to the same value, and the token that was sampled.
    """
    return said if language == "messages" else _limited(said, limits)


def _limited(said: Any, limits: Limits) -> Any:
    if isinstance(said, dict):
        return {name: _field(name, value, limits) for name, value in said.items()}
    if isinstance(said, list):
        return [_limited(one, limits) for one in said]
    return said


def _field(name: str, value: Any, limits: Limits) -> Any:
    if name == "prompt_logprobs":
        return None
    if name == "logprobs" and not limits.logprobs:
        return [] if isinstance(value, list) else None
    if name in ("logprob", "token_logprobs"):
        return _rounded(value, limits)
    if name == "top_logprobs" and isinstance(value, list):
        return _alternatives(value, limits)
    return _limited(value, limits)


def _rounded(value: Any, limits: Limits) -> Any:
    if isinstance(value, list):
        return [_rounded(one, limits) for one in value]
    return rounded(value, limits.logprob_step) if _is_number(value) else _limited(value, limits)


def _alternatives(given: list[Any], limits: Limits) -> list[Any]:
    """Return one token's alternatives (chat: entries with `logprob`), or every token's (completions: a mapping each)."""
    if any(isinstance(one, dict) and "logprob" in one for one in given):
        entries = [one for one in given if isinstance(one, dict) and _is_number(one.get("logprob"))]
        return [_limited(one, limits) for one in _most_likely(entries, limits, lambda one: one["logprob"])]
    return [_of_token(one, limits) if isinstance(one, Mapping) else one for one in given]


def _of_token(given: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    numbers = [(token, value) for token, value in given.items() if _is_number(value)]
    kept = _most_likely(numbers, limits, lambda item: item[1])
    return {token: rounded(value, limits.logprob_step) for token, value in kept}


def _most_likely(given: list[Any], limits: Limits, logprob: Any) -> list[Any]:
    """Return the likeliest `top_logprobs` of them, in the order given."""
    most = limits.top_logprobs
    if most is None or len(given) <= most:
        return given
    places = sorted(range(len(given)), key=lambda place: -logprob(given[place]))[:most]
    return [given[place] for place in sorted(places)]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

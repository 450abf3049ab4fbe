"""Rewrites a request so that its answer stays within the limits of `restrict`."""

from collections.abc import Mapping
from typing import Any

from revenuer.records import Limits

_LENGTHS: Mapping[str, tuple[str, ...]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
    "messages": ("max_tokens",),
    "responses": ("max_output_tokens",),
}
"""What each language calls the length of an answer; the first is set where the request names none."""

_LOGPROBS = ("logprobs", "top_logprobs", "prompt_logprobs")
_INCLUDED_LOGPROBS = "message.output_text.logprobs"
_INCLUDED_REASONING = "reasoning.encrypted_content"
_LEAST_THINKING = 1024
"""Anthropic takes no smaller `thinking.budget_tokens`, and none that is not below `max_tokens`."""


def language_of(path: str) -> str:
    """Return which API a path speaks: `chat`, `completions`, `messages` or `responses`; `chat` where it says nothing else."""
    if path.endswith("/chat/completions"):
        return "chat"
    last = path.rstrip("/").rpartition("/")[2]
    return last if last in _LENGTHS else "chat"


def restricted(
    request: Mapping[str, Any], language: str, limits: Limits, *, known_fields_only: bool = False
) -> dict[str, Any]:
    """Return `request` within `limits`; nothing that it does not touch is changed.

    `known_fields_only`: set no field that only some servers know (`include_reasoning`, vLLM's), since others refuse what they do not
    know.

    Not checked: parameters of one vendor's own that ask for more (a second model, tools that call back).
    """
    within = dict(request)
    if not limits.logprobs:
        _drop_logprobs(within)
    for name in ("n", "best_of"):
        if isinstance(within.get(name), int):
            within[name] = min(within[name], limits.max_n)
    if limits.max_tokens is not None:
        _shorten(within, _LENGTHS[language], limits.max_tokens)
    if limits.reasoning != "full":
        _less_reasoning(within, language, limits.reasoning, known_fields_only)
    return within


def _drop_logprobs(within: dict[str, Any]) -> None:
    for name in _LOGPROBS:
        within.pop(name, None)
    _leave_out(within, _INCLUDED_LOGPROBS)


def _shorten(within: dict[str, Any], names: tuple[str, ...], most: int) -> None:
    named = [name for name in names if _is_count(within.get(name))]
    for name in named or names[:1]:
        within[name] = min(within.get(name, most), most) if named else most
    if _is_count(within.get("min_tokens")):
        within["min_tokens"] = min(within["min_tokens"], most)
    thinking = within.get("thinking")
    if isinstance(thinking, dict) and _is_count(thinking.get("budget_tokens")):
        budget = min(thinking["budget_tokens"], most - 1)
        short = budget < _LEAST_THINKING
        within["thinking"] = {"type": "disabled"} if short else {**thinking, "budget_tokens": budget}


def _less_reasoning(within: dict[str, Any], language: str, asked: str, known_fields_only: bool) -> None:
    """Have reasoning summarised, or left out. Where an API knows no summary (chat completions), it is left out."""
    if language == "responses":
        reasoning = within.get("reasoning")
        rest = {k: v for k, v in reasoning.items() if k != "summary"} if isinstance(reasoning, dict) else {}
        if asked == "summary":
            rest["summary"] = "concise"
        if rest or reasoning is not None:
            within["reasoning"] = rest
        _leave_out(within, _INCLUDED_REASONING)
    elif language == "messages":
        thinking = within.get("thinking")
        if isinstance(thinking, dict) and thinking.get("type") != "disabled":
            within["thinking"] = {**thinking, "display": "summarized" if asked == "summary" else "omitted"}
    elif language == "chat" and not known_fields_only:
        within["include_reasoning"] = False


def _leave_out(within: dict[str, Any], name: str) -> None:
    if isinstance(within.get("include"), list):
        within["include"] = [item for item in within["include"] if item != name]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

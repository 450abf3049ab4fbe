"""Rewrites a request so that its answer stays within the limits of `restrict`."""

from collections.abc import Mapping
from typing import Any

from revenuer.guard.bodies import LENGTHS
from revenuer.records import Limits

_LENGTHS: Mapping[str, tuple[str, ...]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
    "messages": ("max_tokens",),
    "responses": ("max_output_tokens",),
}
"""What each language calls the length of an answer; the first is set where the request names none."""

_LOGPROBS = ("logprobs", "top_logprobs", "prompt_logprobs")
_STEERS = ("logit_bias", "allowed_token_ids", "bad_words")
"""What shifts single tokens: together with log-probabilities each reads the logit of any token that the asker names. Source: N. Carlini
et al., Stealing Part of a Production Language Model, ICML 2024, sections 5 and 6."""
_SEEDED = ("chat", "completions")
"""Languages that know a `seed`."""
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

    Not checked: parameters of one vendor's own that ask for more (a second model, tools that call back), and structured output, which can
    have a model say what it would not, as `logit_bias` can.
    """
    within = dict(request)
    if limits.logit_bias == "none":
        for name in _STEERS:
            within.pop(name, None)
    if not limits.logprobs or _reads_more(within, limits):
        _drop_logprobs(within)
    elif limits.cuts_logprobs:
        _fewer_logprobs(within, language, limits.top_logprobs)
    for name in ("n", "best_of"):
        if isinstance(within.get(name), int):
            within[name] = min(within[name], limits.max_n)
    if limits.max_tokens is not None:
        _shorten(within, _LENGTHS[language], limits.max_tokens)
    if limits.reasoning != "full":
        _less_reasoning(within, language, limits.reasoning, known_fields_only)
    if limits.seed is not None and language in _SEEDED:
        within["seed"] = limits.seed
    return within


def _reads_more(within: Mapping[str, Any], limits: Limits) -> bool:
    """Return whether log-probabilities would tell more than the limits mean: of tokens that the asker steers to, of the prompt's own
    tokens, or of several prompts' answers where one was charged for."""
    if limits.logit_bias == "alone" and any(within.get(name) for name in _STEERS):
        return True
    prompts = within.get("prompt")
    several = isinstance(prompts, list) and len(prompts) > 1 and not all(map(_is_count, prompts))
    return limits.cuts_logprobs and (bool(within.get("echo")) or several)


def _fewer_logprobs(within: dict[str, Any], language: str, most: int | None) -> None:
    within.pop("prompt_logprobs", None)
    name = "logprobs" if language == "completions" else "top_logprobs"
    # vLLM takes -1 for the whole vocabulary.
    if most is not None and _is_count(within.get(name)) and not 0 <= within[name] <= most:
        within[name] = most


def _drop_logprobs(within: dict[str, Any]) -> None:
    for name in _LOGPROBS:
        within.pop(name, None)
    _leave_out(within, _INCLUDED_LOGPROBS)


def _shorten(within: dict[str, Any], names: tuple[str, ...], most: int) -> None:
    """Bound the answer. Of several lengths the shortest counts, under whatever name: the guard charged for no longer an answer."""
    asked = [within[name] for name in LENGTHS if _is_count(within.get(name)) and within[name] >= 0]
    most = min([most, *asked])
    for name in [name for name in names if _is_count(within.get(name))] or names[:1]:
        within[name] = most
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

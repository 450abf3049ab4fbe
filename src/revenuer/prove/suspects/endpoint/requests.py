"""What is asked of the endpoint: bodies of its interface, each with the key under which its answer is counted once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from revenuer.prove.suspect import Ask
from revenuer.prove.suspects.endpoint.settings import EndpointSettings
from revenuer.prove.suspects.sampling import seed_of

CHAT, COMPLETIONS = "/chat/completions", "/completions"

Purpose = Literal["answer", "score", "probe"]

BYTES_PER_TOKEN = 3.0
"""Tokenizers in use make 3 to 5 bytes of English prose a token, fewer of other text; an estimate, and said to be one."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `prompt_id` and `sample` name what it is for; `tokens_in` is an estimate, `tokens_out` the most that may come back."""

    purpose: Purpose
    path: str
    body: Mapping[str, Any]
    prompt_id: str = ""
    sample: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    @cached_property
    def key(self) -> str:
        """SHA-256 of what is asked and what for: the same question has the same key in every run."""
        asked = [self.purpose, self.path, self.prompt_id, self.sample, self.body]
        text = json.dumps(asked, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def answer_request(settings: EndpointSettings, ask: Ask, *, chat: bool, seed: bool) -> Request:
    """Return the request for an answer, by chat or by completion; `seed`: with the ask's own seed."""
    sampling = settings.sampling
    text = ask.prompt if chat else settings.form.context(ask.prompt)
    body: dict[str, Any] = {
        "model": settings.model,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if seed:
        body["seed"] = seed_of(sampling.seed, ask) & 0x7FFFFFFF
    body |= {"messages": [{"role": "user", "content": text}]} if chat else {"prompt": text}
    return Request(
        purpose="answer",
        path=CHAT if chat else COMPLETIONS,
        body=body,
        prompt_id=ask.prompt_id,
        sample=ask.sample,
        tokens_in=tokens_of(text),
        tokens_out=sampling.max_tokens,
    )


def score_request(settings: EndpointSettings, text: str, echo_max_tokens: int | None) -> Request:
    """Return the request for a text's log-probabilities: by echo with so many generated tokens, by prompt_logprobs where that is None."""
    by_echo = echo_max_tokens is not None
    return Request(
        purpose="score",
        path=COMPLETIONS,
        body=echo_body(settings.model, text, echo_max_tokens or 0)
        if by_echo
        else prompt_logprobs_body(settings.model, text),
        tokens_in=tokens_of(text),
        tokens_out=(echo_max_tokens or 0) if by_echo else 1,
    )


def prompt_logprobs_body(model: str, text: str) -> dict[str, Any]:
    """Return vLLM's request for the log-probabilities of a text. It generates at least one token."""
    return {"model": model, "prompt": text, "max_tokens": 1, "temperature": 0.0, "prompt_logprobs": 0}


def echo_body(model: str, text: str, max_tokens: int) -> dict[str, Any]:
    """Return the older interface's request for the log-probabilities of a text."""
    return {
        "model": model,
        "prompt": text,
        "max_tokens": max_tokens,
        "temperature": 0.0,
        "echo": True,
        "logprobs": 1,
    }


def tokens_of(text: str) -> int:
    """Return about how many tokens a text has."""
    return 1 + int(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)

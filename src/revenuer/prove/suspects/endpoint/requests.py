"""What is asked of the endpoint: bodies of its interface, each with the key under which its answer is counted once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

CHAT, COMPLETIONS = "/chat/completions", "/completions"

Purpose = Literal["answer", "score", "probe"]


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

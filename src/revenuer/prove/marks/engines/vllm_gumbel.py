"""vLLM's own Gumbel watermark (`--watermark-config`, algorithm `gumbel`): the scheme of its detector.

Under the null -ln(1 - u) of each distinct (context, token) is an exponential of mean one: the sum is a gamma.
vLLM's own detector counts a context once, whatever followed it, and by default so does the engine when it marks; across texts each distinct
(context, token) is a draw of its own, so all of them count here.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.prove.marks.engines.vllm_draws import exponentials, uniforms
from revenuer.prove.marks.exponential_scores import ExponentialScores
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

WIDEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmGumbel(ExponentialScores):
    """`width`: vLLM's `context_width`. A key is its `key`, low word first."""

    width: int = 4

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= WIDEST:
            raise UsageError(f"got context width {self.width}, expected 1 to {WIDEST}")

    @property
    def name(self) -> str:
        return "vllm-gumbel"

    @property
    def key_words(self) -> int:
        return 2

    @property
    def script(self) -> str:
        return "engine_gumbel.py"

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width}

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        return np.array([self._scores(pairs, key).sum() for key in keys])

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self._scores(pairs, key))])[pairs.ends]

    def _scores(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        return exponentials(uniforms(pairs.tokens, pairs.at, self.width, whole_key(key)))


def whole_key(words: Uint32Array) -> int:
    """Return the key of 64 bits that two words make, low word first."""
    return int(words[0]) | int(words[1]) << 32

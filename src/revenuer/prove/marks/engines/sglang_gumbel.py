"""SGLang's own Gumbel watermark (`--enable-watermark`), with one key or two: the schemes of its detector.

Under the null -ln(1 - u) of each distinct (context, token) is an exponential of mean one: the sum is a gamma. With two keys a coin that the
context and both keys decide says which of them a position was drawn with, so the law is the same.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.prove.marks.engines.sglang_draws import WIDEST, exponentials, hashes
from revenuer.prove.marks.engines.vllm_gumbel import whole_key
from revenuer.prove.marks.exponential_scores import ExponentialScores
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class SglangGumbel(ExponentialScores):
    """`width`: SGLang's `context_window`. `keys`: 1, or 2 where the server has a `key_b`; `mixing`: its `mixing_probability`, the share of
    contexts with the first key. A key is two words, low word first; the second key's follow."""

    width: int = 4
    keys: int = 1
    mixing: float = 0.5

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= WIDEST or self.keys not in (1, 2) or not 0.0 < self.mixing < 1.0:
            raise UsageError(
                f"got context window {self.width}, {self.keys} keys, mixing {self.mixing}; expected 1 to {WIDEST}, 1 or 2, and "
                "between 0 and 1"
            )

    @property
    def name(self) -> str:
        return "sglang-gumbel" if self.keys == 1 else "sglang-dual"

    @property
    def key_words(self) -> int:
        return 2 * self.keys

    @property
    def script(self) -> str:
        return "engine_gumbel.py"

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width, "mixing": self.mixing}

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        return np.array([self._scores(pairs, key).sum() for key in keys])

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self._scores(pairs, key))])[pairs.ends]

    def _scores(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        second = None if self.keys == 1 else whole_key(key[2:])
        return exponentials(hashes(pairs.tokens, pairs.at, self.width, whole_key(key), second, self.mixing))

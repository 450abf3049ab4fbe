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
    """`width`: SGLang's `context_window`. A key is its `key`, low word first."""

    width: int = 4

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= WIDEST:
            raise UsageError(f"got context window {self.width}, expected 1 to {WIDEST}")

    @property
    def name(self) -> str:
        return "sglang-gumbel"

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
        return exponentials(hashes(pairs.tokens, pairs.at, self.width, whole_key(key), None, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SglangDual(SglangGumbel):
    """A server with `key_b`; `mixing`: its `mixing_probability`, the share of contexts with the first key. The second key's words follow the
    first's."""

    mixing: float = 0.5

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        SglangGumbel.__post_init__(self)
        if not 0.0 < self.mixing < 1.0:
            raise UsageError(f"got mixing {self.mixing}, expected a share between 0 and 1")

    @property
    def name(self) -> str:
        return "sglang-dual"

    @property
    def key_words(self) -> int:
        return 4

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width, "mixing": self.mixing}

    def _scores(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        first, second = whole_key(key[:2]), whole_key(key[2:])
        return exponentials(hashes(pairs.tokens, pairs.at, self.width, first, second, self.mixing))

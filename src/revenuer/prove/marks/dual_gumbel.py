"""Dual Gumbel marks: a coin picks one of two keys at each token, so that one prompt's answers differ while each token is still marked.

The coin is the server's own chance and need not be known: the detector takes the larger of a pair's two uniforms, v. Under the null v**2 is
uniform and -log(1 - v**2) an exponential of mean one, independently: the sum is a gamma, whatever the share was.
A pair chosen by one key loses little to the other's maximum; adding both scores instead would weigh in the idle key's noise in full.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.prove.marks.exponential_scores import ExponentialScores
from revenuer.prove.marks.gumbel import gumbel_choice
from revenuer.prove.marks.pair_kernels import Int32Array, Int64Array
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Key, Uint32Array, uniforms, word_before
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

_STEP = 1.0 / 4294967296.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DualGumbel(ExponentialScores):
    """`width`: tokens of a window; `share`: the chance that a token is chosen by the first key."""

    width: int = 2
    first_share: float = 0.5

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= 8 or not 0.0 <= self.first_share <= 1.0:
            raise UsageError(
                f"got width {self.width}, first share {self.first_share}; expected 1 to 8 and 0 to 1"
            )

    @property
    def name(self) -> str:
        return "dual_gumbel"

    @property
    def key_words(self) -> int:
        return 4

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width, "first_share": self.first_share}

    def chosen(
        self, probabilities: npt.ArrayLike, window: npt.ArrayLike, keys: tuple[Key, Key], coin: float
    ) -> int:
        """Return the token; `coin`: a uniform of the server's own, below `first_share` for the first key."""
        return gumbel_choice(probabilities, window, keys[0] if coin < self.first_share else keys[1])

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        sums = np.empty(len(keys))
        _sums(pairs.tokens, pairs.at, self.width, keys, sums)
        return sums

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        larger = uniforms(self.values(pairs, key))
        scores = -np.log1p(-larger) - np.log1p(larger)
        return np.concatenate([[0.0], np.cumsum(scores)])[pairs.ends]

    def values(self, pairs: Pairs, key: Uint32Array) -> Uint32Array:
        """Return the larger word of each pair: shape (n,)."""
        words = np.empty(pairs.n, np.uint32)
        _words(pairs.tokens, pairs.at, self.width, key, words)
        return words


@njit(cache=True, inline="always")
def _larger(tokens: Int32Array, at: int, width: int, key: Uint32Array) -> np.uint64:
    first = word_before(tokens, at, width, np.uint64(key[0]), np.uint64(key[1]))
    second = word_before(tokens, at, width, np.uint64(key[2]), np.uint64(key[3]))
    return first if first > second else second


@njit(cache=True)
def _sums(tokens: Int32Array, at: Int64Array, width: int, keys: Uint32Array, out: FloatArray) -> None:
    for k in range(keys.shape[0]):
        total = 0.0
        for j in range(at.size):
            larger = np.float64(_larger(tokens, at[j], width, keys[k]))
            # 1 - v**2 = (1 - v) * (1 + v) keeps its digits where v is near one.
            total -= math.log((4294967295.5 - larger) * _STEP) + math.log1p((larger + 0.5) * _STEP)
        out[k] = total


@njit(cache=True)
def _words(tokens: Int32Array, at: Int64Array, width: int, key: Uint32Array, out: Uint32Array) -> None:
    for j in range(at.size):
        out[j] = np.uint32(_larger(tokens, at[j], width, key))

"""Gumbel marks: the next token is the one with the largest log(u) / probability, its uniforms u drawn by the key.

Over keys the token has the model's own distribution; given the key it is fixed, so that one prompt's answers are alike (see `dual_gumbel`).
Under the null -log(1 - u) of each distinct pair is an exponential of mean one, independently: the sum is a gamma.
Source: S. Aaronson, talk of November 2022; P. Fernandez et al., Three bricks to consolidate watermarks, WIFS 2023 (the gamma law).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.prove.marks.exponential_scores import ExponentialScores
from revenuer.prove.marks.pair_kernels import Int32Array, Int64Array
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Key, Uint32Array, uniforms, vocabulary_words, word_before
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

_STEP = 1.0 / 4294967296.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gumbel(ExponentialScores):
    """`width`: tokens of a window."""

    width: int = 2

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= 8:
            raise UsageError(f"got width {self.width}, expected 1 to 8")

    @property
    def name(self) -> str:
        return "gumbel"

    @property
    def key_words(self) -> int:
        return 2

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width}

    def chosen(self, probabilities: npt.ArrayLike, window: npt.ArrayLike, key: Key) -> int:
        """Return the token that the key chooses from these probabilities, shape (vocabulary,); one of probability 0 is never chosen."""
        return gumbel_choice(probabilities, window, key)

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        sums = np.empty(len(keys))
        _sums(pairs.tokens, pairs.at, self.width, keys, sums)
        return sums

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        scores = -np.log1p(-uniforms(self.values(pairs, key)))
        return np.concatenate([[0.0], np.cumsum(scores)])[pairs.ends]

    def values(self, pairs: Pairs, key: Uint32Array) -> Uint32Array:
        """Return the word of each pair: shape (n,)."""
        words = np.empty(pairs.n, np.uint32)
        _words(pairs.tokens, pairs.at, self.width, key, words)
        return words


def gumbel_choice(probabilities: npt.ArrayLike, window: npt.ArrayLike, key: Key) -> int:
    """Return the token of the smallest -log(u) / probability."""
    p = np.asarray(probabilities, np.float64)
    possible = np.flatnonzero(p > 0.0)
    u = uniforms(vocabulary_words(window, p.size, key))[possible]
    return int(possible[np.argmin(-np.log(u) / p[possible])])


@njit(cache=True, inline="always")
def _score(word: np.uint64) -> float:
    """-log(1 - u), for u = (word + 0.5) / 2**32."""
    return -math.log((4294967295.5 - np.float64(word)) * _STEP)


@njit(cache=True)
def _sums(tokens: Int32Array, at: Int64Array, width: int, keys: Uint32Array, out: FloatArray) -> None:
    for k in range(keys.shape[0]):
        k0, k1 = np.uint64(keys[k, 0]), np.uint64(keys[k, 1])
        total = 0.0
        for j in range(at.size):
            total += _score(word_before(tokens, at[j], width, k0, k1))
        out[k] = total


@njit(cache=True)
def _words(tokens: Int32Array, at: Int64Array, width: int, key: Uint32Array, out: Uint32Array) -> None:
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for j in range(at.size):
        out[j] = np.uint32(word_before(tokens, at[j], width, k0, k1))

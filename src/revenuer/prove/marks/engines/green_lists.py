"""The green lists of transformers' `WatermarkingConfig`: which tokens are green after which, without torch.

A list is the head of a permutation of the vocabulary that torch's generator draws from a seed. `lefthash` seeds it with the token before,
whatever `context_width` says; `selfhash` with the last `context_width` tokens, the judged one among them. Bit for bit as transformers
5.23.0 on torch 2.13.0 draws them on a CPU; on a GPU torch draws other permutations, and so other lists.
Source: J. Kirchenbauer et al., On the Reliability of Watermarks for Large Language Models, ICLR 2024 (algorithms 2 and 3 of the first paper,
ICML 2023).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.prove.marks.engines.mersenne import (
    LONGEST,
    WORDS,
    permutation,
    renew_state,
    seed_state,
    tempered,
)

IntArray = npt.NDArray[np.int64]
Uint32Array = npt.NDArray[np.uint32]

TABLE = 1_000_003
"""Length of the permutation that `selfhash` looks tokens up in."""
_FEW = 12
"""Up to this many tokens of one list are followed through the drawing of it; for more the list itself is drawn."""


@dataclass(frozen=True, kw_only=True)
class GreenLists:
    """Settings as `WatermarkingConfig` has them. `vocabulary`: the model's `vocab_size`. The default key is everybody's: what it finds
    was marked by somebody, not by somebody in particular."""

    key: int
    vocabulary: int
    ratio: float = 0.25
    seeding: Literal["lefthash", "selfhash"] = "lefthash"
    context_width: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError for settings that transformers would refuse, or that are not reproduced here."""
        if self.seeding not in ("lefthash", "selfhash"):
            raise ValueError(f"expected the seeding lefthash or selfhash, got {self.seeding!r}")
        if not 0.0 < self.ratio < 1.0 or not 0 < self.size < self.vocabulary < LONGEST:
            raise ValueError(
                f"expected a share of green tokens between 0 and 1 of a vocabulary below {LONGEST}, got {self.ratio} of {self.vocabulary}"
            )
        if self.context_width < 1 or not 0 <= self.key < 1 << 63:
            raise ValueError(
                f"expected a width of 1 or more and a key of up to 63 bits, got width {self.context_width}"
            )

    @property
    def size(self) -> int:
        """Tokens in a list."""
        return int(self.vocabulary * self.ratio)

    @property
    def width(self) -> int:
        """Tokens before the judged one that its list depends on."""
        return 1 if self.seeding == "lefthash" else self.context_width - 1

    def seeds(self, windows: IntArray, tokens: IntArray) -> Uint32Array:
        """Return what the list of each (window, token) is drawn from: windows of shape (n, width), oldest token first."""
        if self.seeding == "lefthash":
            last, where = np.unique(windows[:, -1], return_inverse=True)
            seeds = [self.key * int(token) % ((1 << 64) - 1) & 0xFFFFFFFF for token in last]
            return np.array(seeds, np.uint32)[where]
        own = self._table[tokens % TABLE] + 1
        seen = np.concatenate([windows, tokens[:, None]], axis=1)
        with np.errstate(over="ignore"):
            products = np.int64(self.key) * (self._table[seen % TABLE] + 1) * own[:, None]
        least = products.min(axis=1)
        # As a number modulo 2**64 - 1, of which torch uses the low half: a negative one counts from the top.
        low = np.where(least < 0, least - 1, least).astype(np.uint64) & np.uint64(0xFFFFFFFF)
        return low.astype(np.uint32)

    def green(self, seeds: Uint32Array, tokens: IntArray) -> npt.NDArray[np.bool_]:
        """Return whether each token is in the list drawn from its seed. A token beyond the vocabulary is in none."""
        order = np.argsort(seeds, kind="stable")
        out = np.empty(seeds.size, np.bool_)
        out[order] = _in_lists(seeds[order], tokens[order], self.vocabulary, self.size)
        return out

    @cached_property
    def _table(self) -> IntArray:
        """What `selfhash` looks up, as far as the vocabulary reaches."""
        return permutation(TABLE, self.key, self.vocabulary)


@njit(cache=True)
def _in_lists(seeds: Uint32Array, tokens: IntArray, vocabulary: int, size: int) -> npt.NDArray[np.bool_]:
    """Return whether each token is in its list; `seeds` in order."""
    out = np.zeros(seeds.size, np.bool_)
    state = np.empty(WORDS, np.uint32)
    swaps = np.empty(size, np.int32)
    inverse = 1.0 / np.arange(vocabulary, vocabulary - size, -1).astype(np.float64)
    order = np.empty(vocabulary, np.int32)
    start = 0
    while start < seeds.size:
        end = start + 1
        while end < seeds.size and seeds[end] == seeds[start]:
            end += 1
        seed_state(state, seeds[start])
        _draw_swaps(swaps, inverse, vocabulary, state)
        if end - start <= _FEW:
            for i in range(start, end):
                out[i] = _follow(tokens[i], swaps)
        else:
            _mark(order, swaps)
            for i in range(start, end):
                out[i] = 0 <= tokens[i] < vocabulary and order[tokens[i]] < 0
        start = end
    return out


@njit(cache=True)
def _draw_swaps(
    swaps: npt.NDArray[np.int32], inverse: npt.NDArray[np.float64], vocabulary: int, state: Uint32Array
) -> None:
    """Write with which place the drawing exchanges the places 0, 1, ...: the number drawn modulo the places that are left.

    The quotient is taken from a product in doubles: it is right, or one off, which the two lines after it mend.
    """
    for block in range(0, swaps.size, WORDS):
        renew_state(state)
        for i in range(block, min(block + WORDS, swaps.size)):
            left = np.int64(vocabulary - i)
            number = np.int64(tempered(state[i - block]))
            rest = number - np.int64(np.float64(number) * inverse[i]) * left
            rest += left if rest < 0 else 0
            rest -= left if rest >= left else 0
            swaps[i] = i + rest


@njit(cache=True)
def _follow(token: int, swaps: npt.NDArray[np.int32]) -> bool:
    """Return whether the exchanges bring a token to one of the places that make up the list."""
    at = token
    for i in range(swaps.size):
        if swaps[i] == at:
            return True
        if i == at:
            at = swaps[i]
    return False


@njit(cache=True)
def _mark(order: npt.NDArray[np.int32], swaps: npt.NDArray[np.int32]) -> None:
    """Leave -1 in `order` at each token of the list."""
    for i in range(order.size):
        order[i] = i
    for i in range(swaps.size):
        j = swaps[i]
        order[i], order[j] = order[j], order[i]
    for i in range(swaps.size):
        swaps[i] = order[i]
    for i in range(swaps.size):
        order[swaps[i]] = -1

"""Counts how many accounts hold each identity value, in flat arrays: a value is only as telling as it is rare."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.detect.tokens import mix64

FIRST_SLOTS = 1 << 14
MAX_SLOTS = 1 << 24
MAX_LOAD = 0.6
PAIR_BITS = 1 << 27
MOST_PAIRS = PAIR_BITS >> 3
"""Pairs of holder and value that are remembered (16 MiB, two bits each): one in twenty is taken for known when it is full. Then it is
emptied, and who comes back to a value is counted again."""


class ValueTable:
    """An open-addressing table from keyed hash (never 0) to number of holders; when it is full at MAX_SLOTS, the rarer half goes.

    `pairs`: a Bloom filter of who was counted for what, `paired` how many.
    """

    def __init__(self) -> None:
        self.keys: npt.NDArray[np.uint64] = np.zeros(FIRST_SLOTS, np.uint64)
        self.counts: npt.NDArray[np.uint32] = np.zeros(FIRST_SLOTS, np.uint32)
        self.used = 0
        self.pairs: npt.NDArray[np.uint64] = np.zeros(PAIR_BITS // 64, np.uint64)
        self.paired = 0

    @classmethod
    def of(
        cls,
        keys: npt.NDArray[np.uint64],
        counts: npt.NDArray[np.uint32],
        pairs: npt.NDArray[np.uint64] | None = None,
        paired: int = 0,
    ) -> "ValueTable":
        """Return a table of these values (0 = none) with so many holders each; with `pairs`, it is known who was counted."""
        found = cls()
        slots = FIRST_SLOTS
        while len(keys) > MAX_LOAD * slots and slots < MAX_SLOTS:
            slots *= 2
        found.keys, found.counts = np.zeros(slots, np.uint64), np.zeros(slots, np.uint32)
        found.used = int(_copy(keys, counts, found.keys, found.counts, np.uint32(1)))
        if pairs is not None:
            found.pairs, found.paired = pairs, paired
        return found

    def add(self, value: int, holder: int) -> int:
        """Count `holder` (a hash) among the holders of `value`, unless it was counted before; return how many they are now."""
        if not _first_time(self.pairs, np.uint64(value), np.uint64(holder)):
            return self.holders(value)
        self.paired += 1
        if self.paired > MOST_PAIRS:
            self.pairs[:] = 0
            self.paired = 0
        return self._count(value, 1)

    def at_least(self, value: int, holders: int) -> None:
        """Take in that somebody else knows of so many holders."""
        known = self.holders(value)
        if holders > known:
            self._count(value, holders - known)

    def holders(self, value: int) -> int:
        """Return how many accounts hold `value`."""
        return int(_find(self.keys, self.counts, np.uint64(value)))

    def holders_of(self, values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Return how many accounts hold each of `values`."""
        found = np.zeros(len(values), np.int64)
        _find_all(self.keys, self.counts, values, found)
        return found

    def _count(self, value: int, more: int) -> int:
        if self.used > MAX_LOAD * len(self.keys):
            self._rebuild()
        count = int(_add(self.keys, self.counts, np.uint64(value), np.uint32(more)))
        self.used += count == more
        return count

    def _rebuild(self) -> None:
        least = 1
        size = 2 * len(self.keys)
        if size > MAX_SLOTS:
            size, least = len(self.keys), int(np.median(self.counts[self.counts > 0])) + 1
        keys, counts = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        self.used = int(_copy(self.keys, self.counts, keys, counts, np.uint32(least)))
        self.keys, self.counts = keys, counts


@njit(cache=True)
def _first_time(pairs: np.ndarray, value: np.uint64, holder: np.uint64) -> bool:
    """Remember the pair in a Bloom filter of two probes; return whether it was not known."""
    mask, low = np.uint64(64 * len(pairs) - 1), np.uint64(63)
    h = mix64(mix64(value) ^ holder)
    one, two = h & mask, (h >> np.uint64(32)) & mask
    word_one, word_two = np.int64(one >> np.uint64(6)), np.int64(two >> np.uint64(6))
    bit_one, bit_two = np.uint64(1) << (one & low), np.uint64(1) << (two & low)
    known = (pairs[word_one] & bit_one) != 0 and (pairs[word_two] & bit_two) != 0
    pairs[word_one] |= bit_one
    pairs[word_two] |= bit_two
    return not known


@njit(cache=True)
def _slot(keys: np.ndarray, key: np.uint64) -> Any:
    mask = np.uint64(len(keys) - 1)
    at = mix64(key) & mask
    while keys[at] != np.uint64(0) and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@njit(cache=True)
def _add(keys: np.ndarray, counts: np.ndarray, key: np.uint64, more: np.uint32) -> Any:
    at = _slot(keys, key)
    keys[at] = key
    counts[at] += more
    return np.int64(counts[at])


@njit(cache=True)
def _find(keys: np.ndarray, counts: np.ndarray, key: np.uint64) -> Any:
    return np.int64(counts[_slot(keys, key)])


@njit(cache=True)
def _find_all(keys: np.ndarray, counts: np.ndarray, values: np.ndarray, found: np.ndarray) -> None:
    for i in range(len(values)):
        found[i] = counts[_slot(keys, values[i])]


@njit(cache=True)
def _copy(
    keys: np.ndarray, counts: np.ndarray, new_keys: np.ndarray, new_counts: np.ndarray, least: np.uint32
) -> int:
    used = 0
    for i in range(len(keys)):
        if keys[i] != np.uint64(0) and counts[i] >= least:
            _add(new_keys, new_counts, keys[i], counts[i])
            used += 1
    return used

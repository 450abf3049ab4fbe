"""Finds the places of a text whose window is whole and not in the prompt, and among them the first of each (window, token).

Pairs are sorted into parts by their hash before they are compared, so that each part's table stays in the processor's cache.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Uint64Array = npt.NDArray[np.uint64]
PART = 1 << 14
"""Pairs to a part: a table of 2**15 entries of 12 bytes lies in the second cache."""
MOST_PARTS = 1 << 12
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF, _WHOLE, _ZERO, _ONE = np.uint64(32), np.uint64(64), np.uint64(0), np.uint64(1)


def whole_windows(
    tokens: Int32Array, starts: Int64Array, prompt: Int32Array, prompt_starts: Int64Array, width: int
) -> Int64Array:
    """Return the places after a whole window of their own response that does not stand in its prompt."""
    at = np.empty(int(np.maximum(np.diff(starts) - width, 0).sum()), np.int64)
    scratch = np.zeros((_table_size(int(np.diff(prompt_starts).max(initial=0))), 2), np.int64)
    return at[: _whole_windows(tokens, starts, prompt, prompt_starts, width, scratch, at)]


def first_places(tokens: Int32Array, at: Int64Array, width: int) -> Int64Array:
    """Return those of `at` (ascending) whose token and the `width` before it occur there for the first time."""
    parts = 1
    while parts < MOST_PARTS and parts * PART < at.size:
        parts *= 2
    hashes, order = np.empty(at.size, np.uint64), np.empty(at.size, np.int32)
    bounds = np.zeros(parts + 1, np.int64)
    _sort_into_parts(tokens, at, width, np.uint64(parts - 1), hashes, order, bounds)
    size = _table_size(int(np.diff(bounds).max(initial=0)))
    first = np.zeros(at.size, np.bool_)
    _mark_first(
        tokens, at, width, hashes, order, bounds, np.zeros(size, np.uint64), np.zeros(size, np.int32), first
    )
    return at[first]


def _table_size(entries: int) -> int:
    """A power of two, at most half full."""
    return 1 << max(4, (2 * entries - 1).bit_length())


@njit(cache=True, inline="always")
def _hash(tokens: Int32Array, low: int, high: int) -> np.uint64:
    h = np.uint64(high - low)
    for i in range(low, high):
        h = (h ^ np.uint64(tokens[i])) * _MIX
        h ^= h >> _HALF
    return h


@njit(cache=True, inline="always")
def _same(a: Int32Array, at_a: int, b: Int32Array, at_b: int, length: int) -> bool:
    for i in range(length):  # noqa: SIM110 - compiled
        if a[at_a + i] != b[at_b + i]:
            return False
    return True


@njit(cache=True)
def _enter_prompt(
    scratch: Int64Array, stamp: int, prompt: Int32Array, low: int, high: int, width: int
) -> None:
    """Enter the windows of prompt[low:high]; entries of earlier stamps count as empty."""
    mask = np.uint64(scratch.shape[0] - 1)
    for i in range(low, high - width + 1):
        slot = _hash(prompt, i, i + width) & mask
        while scratch[slot, 0] == stamp and not _same(prompt, scratch[slot, 1], prompt, i, width):
            slot = (slot + _ONE) & mask
        scratch[slot, 0], scratch[slot, 1] = stamp, i


@njit(cache=True)
def _stands_in(
    scratch: Int64Array, stamp: int, prompt: Int32Array, tokens: Int32Array, low: int, width: int
) -> bool:
    mask = np.uint64(scratch.shape[0] - 1)
    slot = _hash(tokens, low, low + width) & mask
    while scratch[slot, 0] == stamp:
        if _same(prompt, scratch[slot, 1], tokens, low, width):
            return True
        slot = (slot + _ONE) & mask
    return False


@njit(cache=True)
def _whole_windows(
    tokens: Int32Array,
    starts: Int64Array,
    prompt: Int32Array,
    prompt_starts: Int64Array,
    width: int,
    scratch: Int64Array,
    at: Int64Array,
) -> int:
    n = 0
    for r in range(starts.size - 1):
        low, high = prompt_starts[r], prompt_starts[r + 1]
        if high - low < width:
            for i in range(starts[r] + width, starts[r + 1]):
                at[n] = i
                n += 1
            continue
        _enter_prompt(scratch, r + 1, prompt, low, high, width)
        for j in range(starts[r] + width, starts[r + 1]):
            if not _stands_in(scratch, r + 1, prompt, tokens, j - width, width):
                at[n] = j
                n += 1
    return n


@njit(cache=True)
def _sort_into_parts(
    tokens: Int32Array,
    at: Int64Array,
    width: int,
    mask: np.uint64,
    hashes: Uint64Array,
    order: Int32Array,
    bounds: Int64Array,
) -> None:
    """Fill `hashes` and `order` part by part, each part's in the order of the text; bounds[p]: where part p begins."""
    plain = np.empty(at.size, np.uint64)
    for j in range(at.size):
        plain[j] = _hash(tokens, at[j] - width, at[j] + 1)
        bounds[np.int64(plain[j] & mask) + 1] += 1
    for i in range(1, bounds.size):
        bounds[i] += bounds[i - 1]
    free = bounds[:-1].copy()
    for j in range(at.size):
        p = np.int64(plain[j] & mask)
        hashes[free[p]], order[free[p]] = plain[j], j
        free[p] += 1


@njit(cache=True)
def _mark_first(
    tokens: Int32Array,
    at: Int64Array,
    width: int,
    hashes: Uint64Array,
    order: Int32Array,
    bounds: Int64Array,
    table: Uint64Array,
    place: Int32Array,
    first: npt.NDArray[np.bool_],
) -> None:
    for p in range(bounds.size - 1):
        size = 16
        while size < 2 * (bounds[p + 1] - bounds[p]):
            size *= 2
        shift, mask = _WHOLE, np.uint64(size - 1)
        while size > 1:
            shift, size = shift - _ONE, size // 2
        place[: np.int64(mask) + 1] = 0
        for i in range(bounds[p], bounds[p + 1]):
            # The low bits chose the part and are alike in it; the high ones choose the slot.
            h, j = hashes[i], order[i]
            slot, known = h >> shift, False
            while place[slot] != 0:
                if table[slot] == h:
                    other = at[place[slot] - 1]
                    if _same(tokens, other - width, tokens, at[j] - width, width + 1):
                        known = True
                        break
                slot = (slot + _ONE) & mask
            if not known:
                table[slot], place[slot] = h, j + 1
                first[j] = True

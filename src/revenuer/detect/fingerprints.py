"""Picks the fingerprints of a text: winnowed spans, MinHash bands, and the exact hash of its tokens.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) over GRAM-token grams with windows of WINDOW grams: two texts that
share GRAM + WINDOW - 1 = 8 tokens in a row share a fingerprint. Numbers count as one and the same token, so that a
template with a counter stays one template. MinHash: Broder 1997, bands of ROWS rows over token pairs.
"""

import numpy as np
from numba import njit

from revenuer.detect.tokens import DIGITS, mix64

GRAM = 4
WINDOW = 5
BANDS = 8
ROWS = 4
PERMUTATIONS = BANDS * ROWS
EDGE_TOKENS = 256
"""Every fingerprint of the first and last EDGE_TOKENS tokens is kept; between them one in four, to bound long texts."""

KIND_BITS = 2
SPAN, BAND, SYSTEM = 0, 1, 2

_DIGIT_TOKEN = np.uint64(0x9E3779B97F4A7C15)
_P1 = np.uint64(0x100000001B3)
_P2 = np.uint64(0x9FB21C651E98DF25)
_THREE = np.uint64(3)
_MAX = np.uint64(0xFFFFFFFFFFFFFFFF)

_rng = np.random.Generator(np.random.PCG64(20260610))
MULTIPLIERS: np.ndarray = _rng.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
OFFSETS: np.ndarray = _rng.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
del _rng


@njit(cache=True)
def text_hash(hashes: np.ndarray, count: int) -> np.uint64:
    """Return the hash of a token sequence (case, spacing and punctuation do not count; numbers do)."""
    h = np.uint64(count) * _P2
    for i in range(count):
        h = mix64(h ^ hashes[i]) * _P1
    return mix64(h)


@njit(cache=True)
def winnow(
    hashes: np.ndarray, kinds: np.ndarray, count: int, grams: np.ndarray, out: np.ndarray, at: int
) -> int:
    """Write the winnowed span hashes from `out[at]` on and return the new end; `grams` is scratch of MAX_TOKENS.

    A text of GRAM..7 tokens gives one fingerprint, a shorter one none. Equal neighbours are written once.
    """
    if count < GRAM:
        return at
    total = count - GRAM + 1
    for i in range(total):
        g = np.uint64(GRAM)
        for j in range(i, i + GRAM):
            token = _DIGIT_TOKEN if kinds[j] == DIGITS else hashes[j]
            g = (g ^ token) * _P1
            g ^= g >> np.uint64(29)
        grams[i] = mix64(g)
    window = min(WINDOW, total)
    last = -1
    for left in range(total - window + 1):
        if last >= left and grams[left + window - 1] > grams[last]:
            continue
        best = left
        for j in range(left + 1, left + window):
            if grams[j] <= grams[best]:
                best = j
        if best == last:
            continue
        last = best
        g = grams[best]
        inner = best >= EDGE_TOKENS and best < total - EDGE_TOKENS
        if inner and (g >> np.uint64(60)) & _THREE != np.uint64(0):
            continue
        out[at] = g
        at += 1
    return at


@njit(cache=True)
def minhash_bands(
    hashes: np.ndarray,
    kinds: np.ndarray,
    count: int,
    multipliers: np.ndarray,
    offsets: np.ndarray,
    minima: np.ndarray,
    out: np.ndarray,
    at: int,
) -> int:
    """Write BANDS band hashes from `out[at]` on and return the new end; `minima` is scratch of PERMUTATIONS.

    Shingles are pairs of neighbouring tokens, so fewer than GRAM tokens give no band.
    """
    if count < GRAM:
        return at
    for p in range(PERMUTATIONS):
        minima[p] = _MAX
    for i in range(min(count, 2 * EDGE_TOKENS) - 1):
        a = _DIGIT_TOKEN if kinds[i] == DIGITS else hashes[i]
        b = _DIGIT_TOKEN if kinds[i + 1] == DIGITS else hashes[i + 1]
        shingle = (a * _P2) ^ b
        for p in range(PERMUTATIONS):
            v = shingle * multipliers[p] + offsets[p]
            v ^= v >> np.uint64(32)
            if v < minima[p]:
                minima[p] = v
    for band in range(BANDS):
        h = np.uint64(band + 1)
        for r in range(ROWS):
            h = mix64(h ^ minima[band * ROWS + r])
        out[at] = h
        at += 1
    return at

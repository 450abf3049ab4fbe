"""Scores the tokens of one text for four intents in one pass, without allocating: the part a sketch kernel calls.

Features are single tokens, neighbours, and tokens one apart (for ideographs the three in a row instead: there a word is two
or three tokens). Each is looked up in a table whose slot also holds a 32-bit tag of its feature, so that a word the model has
never seen weighs nothing rather than what some other word weighs.
"""

import numpy as np
from numba import njit

from revenuer.detect.tokens import DIGITS, IDEOGRAPH

TABLE_SLOTS = 1 << 16
"""Slots of the weight table; a power of two, because a slot is the low bits of a feature."""

BLOCK_TOKENS = 24
"""Tokens of half a window: a window is two blocks, so any sentence of up to 24 tokens lies whole in some window."""

SCORE_LIMIT = 12.0
"""Scores are cut to this many nats on either side: our grammar has too few texts to claim more than about e^12."""

_NUMBER = np.uint64(0x9E3779B97F4A7C15)
_NEXT = np.uint64(0xD6E8FEB86659FD93)
_SKIP = np.uint64(0xA0761D6478BD642F)
_THIRD = np.uint64(0xE7037ED1A0B428DB)
_SLOT_MASK = np.uint64(TABLE_SLOTS - 1)
_TAG_SHIFT = np.uint64(32)


@njit(cache=True, inline="always")
def token_at(hashes: np.ndarray, kinds: np.ndarray, i: int) -> np.uint64:
    """Return the hash a feature is made of: the token's own, or one for all numbers, because 10 and 20 ask the same."""
    return _NUMBER if kinds[i] == DIGITS else np.uint64(hashes[i])


@njit(cache=True, inline="always")
def pair(before: np.uint64, token: np.uint64) -> np.uint64:
    """Return the feature of two neighbours; token hashes are already well mixed, so one odd factor suffices."""
    return before * _NEXT + token


@njit(cache=True, inline="always")
def triple(earlier: np.uint64, before: np.uint64, token: np.uint64, kind: int) -> np.uint64:
    """Return the feature over three places: the outer two, or all three where tokens are single ideographs."""
    if kind == IDEOGRAPH:
        return earlier * _THIRD + before * _NEXT + token
    return earlier * _SKIP + token


@njit(cache=True, inline="always")
def features_at(i: int, earlier: np.uint64, before: np.uint64, token: np.uint64) -> int:
    """Return how many features end at place `i`: none at a repeated token, no triple that starts as it ends.

    So rows of numbers and repeated words, however long, add up to nothing.
    """
    if i == 0:
        return 1
    if token == before:
        return 0
    return 2 if i == 1 or token == earlier else 3


@njit(cache=True, inline="always")
def weight_bits(weights: np.ndarray, feature: np.uint64) -> np.int64:
    """Return the four int8 weights of a feature packed in 32 bits, lowest intent first; 0 if the model has none."""
    entry = np.uint64(weights[feature & _SLOT_MASK])
    if entry >> _TAG_SHIFT != feature >> _TAG_SHIFT:
        return np.int64(0)
    return np.int64(entry & np.uint64(0xFFFFFFFF))


@njit(cache=True, inline="always")
def lane(bits: np.int64, intent: int) -> np.int64:
    """Return the signed weight of one intent out of the packed bits."""
    return (((bits >> (8 * intent)) & 0xFF) ^ 0x80) - 0x80


@njit(cache=True)
def score_into(
    token_hashes: np.ndarray,
    kinds: np.ndarray,
    count: int,
    weights: np.ndarray,
    bias: np.ndarray,
    out_row: np.ndarray,
) -> None:
    """Write the four log-likelihood ratios (nats, float32) of a text's first `count` tokens to `out_row`.

    `weights` uint64 (TABLE_SLOTS,) and `bias` float32 (2, 4) as in IntentModel. A score is the best window's, less
    log(number of windows): the average likelihood ratio over the places where the sentence could stand, as its largest term.
    Windows are two blocks of BLOCK_TOKENS and advance by one block; sums are integers, so the result does not depend on
    summation order. Nothing is checked.
    """
    m0 = m1 = m2 = m3 = np.int64(-(1 << 40))
    p0 = p1 = p2 = p3 = np.int64(0)
    c0 = c1 = c2 = c3 = np.int64(0)
    before = earlier = np.uint64(0)
    windows = 0
    for i in range(count):
        token = token_at(token_hashes, kinds, i)
        for feature_kind in range(features_at(i, earlier, before, token)):
            if feature_kind == 0:
                bits = weight_bits(weights, token)
            elif feature_kind == 1:
                bits = weight_bits(weights, pair(before, token))
            else:
                bits = weight_bits(weights, triple(earlier, before, token, kinds[i]))
            if bits != 0:
                c0 += lane(bits, 0)
                c1 += lane(bits, 1)
                c2 += lane(bits, 2)
                c3 += lane(bits, 3)
        earlier, before = before, token
        if (i + 1) % BLOCK_TOKENS == 0 or i + 1 == count:
            m0, m1, m2, m3 = max(m0, p0 + c0), max(m1, p1 + c1), max(m2, p2 + c2), max(m3, p3 + c3)
            p0, p1, p2, p3 = c0, c1, c2, c3
            c0 = c1 = c2 = c3 = np.int64(0)
            windows += 1
    if windows == 0:
        m0 = m1 = m2 = m3 = np.int64(0)
        windows = 1
    length_cost = np.log(windows)
    _put(m0, bias, 0, length_cost, out_row)
    _put(m1, bias, 1, length_cost, out_row)
    _put(m2, bias, 2, length_cost, out_row)
    _put(m3, bias, 3, length_cost, out_row)


@njit(cache=True, inline="always")
def _put(units: int, bias: np.ndarray, intent: int, length_cost: float, out_row: np.ndarray) -> None:
    """Turn an integer sum into nats, cut it to +-SCORE_LIMIT and write it."""
    score = units * np.float64(bias[0, intent]) + np.float64(bias[1, intent]) - length_cost
    out_row[intent] = np.float32(min(max(score, -SCORE_LIMIT), SCORE_LIMIT))

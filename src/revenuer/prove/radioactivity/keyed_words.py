"""The keyed draws of the tokens in rows of stakes, by the construction of `prove.marks.prf`."""

import numpy as np
from numba import njit

from revenuer.prove.marks.prf import TOKEN_PART, Key, Uint32Array, philox_one, window_state
from revenuer.prove.radioactivity.stakes import IntArray, Stakes


def words_of(stakes: Stakes, key: Key) -> Uint32Array:
    """Return the word of each token of each row under the key: the shape of `stakes.tokens`."""
    out = np.empty(stakes.tokens.shape, np.uint32)
    states = window_state(stakes.windows, key) if stakes.rows else np.empty((0, 2), np.uint32)
    _fill(out, stakes.tokens, states, np.uint64(key[0]), np.uint64(key[1]))
    return out


@njit(cache=True)
def _fill(out: Uint32Array, tokens: IntArray, states: Uint32Array, k0: np.uint64, k1: np.uint64) -> None:
    for row in range(tokens.shape[0]):
        s0, s1 = np.uint64(states[row, 0]), np.uint64(states[row, 1])
        for i in range(tokens.shape[1]):
            token = np.uint64(tokens[row, i])
            x0, x1, x2, x3 = philox_one(token >> np.uint64(2), np.uint64(TOKEN_PART), s0, s1, k0, k1)
            lane = token & np.uint64(3)
            low = x0 if lane == np.uint64(0) else x1
            high = x2 if lane == np.uint64(2) else x3
            out[row, i] = np.uint32(low if lane < np.uint64(2) else high)

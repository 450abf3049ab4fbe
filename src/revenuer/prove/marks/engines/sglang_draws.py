"""The randomness of SGLang's Gumbel watermark: a uniform number for each (context, token), by MurmurHash3, without SGLang.

Bit for bit as SGLang 0.5.23 (`srt/sampling/watermarking`) computes it. The context is the last `context_window` tokens, the prompt's among
them. It is hashed to 32 bits first; key, context hash and token are hashed to 32 bits again. With two keys a coin that the context alone
decides says which of them a position is drawn with, so that a detector knows it too.
Its hash is no cipher: the key enters as 32 bits of state, so that 2**32 keys differ at most. Source: A. Appleby's MurmurHash3_x86_32.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
Uint32Array = npt.NDArray[np.uint32]
Uint64Array = npt.NDArray[np.uint64]

KEY_LIMIT = 1 << 64
WIDEST = 64
_C1, _C2 = np.uint64(0xCC9E2D51), np.uint64(0x1B873593)
_ADD, _LOW = np.uint64(0xE6546B64), np.uint64(0xFFFFFFFF)
_F1, _F2 = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)


def hashes(
    tokens: Int32Array, at: Int64Array, width: int, key: int, key_b: int | None, mixing: float
) -> Uint32Array:
    """Return the hash of each pair (the token tokens[at] after the `width` tokens before it) with the key of its position.

    `mixing`: the share of positions with the first key; without `key_b` all have it. Raises ValueError for keys beyond 64 bits.
    """
    if not 0 <= key < KEY_LIMIT or not (key_b is None or 0 <= key_b < KEY_LIMIT):
        raise ValueError("expected keys of 64 bits")
    other = key if key_b is None else key_b
    words = np.array([key & 0xFFFFFFFF, key >> 32, other & 0xFFFFFFFF, other >> 32], np.uint64)
    threshold = 1 << 32 if key_b is None else int(mixing * (1 << 32))
    return _hashes(tokens, at, width, words, np.uint64(threshold))


def exponentials(hashed: Uint32Array) -> FloatArray:
    """Return -ln(1 - u) for u = (hash + 0.5) / 2**32: under the null exponential with mean one."""
    return np.asarray(-np.log1p(-(hashed.astype(np.float64) + 0.5) / (1 << 32)))


@njit(cache=True, inline="always")
def _turned(value: np.uint64, by: int) -> np.uint64:
    return ((value << np.uint64(by)) | (value >> np.uint64(32 - by))) & _LOW


@njit(cache=True, inline="always")
def _mix(state: np.uint64, value: np.uint64) -> np.uint64:
    """Return the state after one word; every word lies in the low half of 64 bits."""
    value = _turned((value * _C1) & _LOW, 15)
    state ^= (value * _C2) & _LOW
    return (_turned(state, 13) * np.uint64(5) + _ADD) & _LOW


@njit(cache=True, inline="always")
def _finish(state: np.uint64, words: int) -> np.uint64:
    state ^= np.uint64(4 * words)
    state ^= state >> np.uint64(16)
    state = (state * _F1) & _LOW
    state ^= state >> np.uint64(13)
    state = (state * _F2) & _LOW
    return state ^ (state >> np.uint64(16))


@njit(cache=True)
def _hashes(
    tokens: Int32Array, at: Int64Array, width: int, keys: Uint64Array, threshold: np.uint64
) -> Uint32Array:
    out = np.empty(at.size, np.uint32)
    by_a = _mix(_mix(np.uint64(0), keys[0]), keys[1])
    by_b = _mix(_mix(np.uint64(0), keys[2]), keys[3])
    by_both = _mix(_mix(by_a, keys[2]), keys[3])
    for i in range(at.size):
        state = np.uint64(0)
        for j in range(at[i] - width, at[i]):
            state = _mix(state, np.uint64(tokens[j]))
        context = _finish(state, width)
        first = _finish(_mix(by_both, context), 5) < threshold
        drawn = _mix(_mix(by_a if first else by_b, context), np.uint64(tokens[at[i]]))
        out[i] = np.uint32(_finish(drawn, 4))
    return out

"""The randomness of vLLM's Gumbel watermark: a uniform number for each (context, token), by Philox4x32-10, without vLLM.

Bit for bit as vLLM 0.33.0 (`v1/watermarking/prfs/philox.py`, "philox4x32-10-v1") computes it. The context is the last `context_width`
*generated* tokens: the prompt's do not count, and where there are fewer, -1 stands in. It is absorbed four tokens at a time into a state of
128 bits; a token's number is one word of the block that the state and a quarter of the token's id give.
Source: J. K. Salmon et al., SC'11; vLLM's documentation, features/watermarking.
"""

import hashlib

import numpy as np
import numpy.typing as npt
from numba import njit

from revenuer.prove.marks.prf import philox_one

FloatArray = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

KEY_LIMIT = 1 << 64
_CONTEXT_PART, _TOKEN_PART = 0x574D4358, 0x574D544B
_LOW = np.uint64(0xFFFFFFFF)
_STEPS = 1 << 24
"""A uniform number is one of (1 .. 2**24) / (2**24 + 1), rounded to 32 bits of floating point."""


def role_key(key: int, role: bytes) -> int:
    """Return the key that the dual-key scheme draws from its one key for `key_a` (drafts) or `key_b` (the target)."""
    return int.from_bytes(hashlib.sha256(role + key.to_bytes(8, "big")).digest()[:8], "big")


def uniforms(tokens: Int32Array, at: Int64Array, width: int, key: int) -> npt.NDArray[np.float32]:
    """Return the number of each pair: the token tokens[at] after the `width` tokens before it. Raises ValueError for a key beyond 64 bits."""
    if not 0 <= key < KEY_LIMIT:
        raise ValueError("expected a key of 64 bits")
    words = _words(tokens, at, width, np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32))
    return (((words >> np.uint32(8)) + 1.0) / (_STEPS + 1.0)).astype(np.float32)


def exponentials(uniform: npt.NDArray[np.float32]) -> FloatArray:
    """Return -ln(1 - u): under the null exponential with mean one, up to the 2**-24 that the numbers are rounded to."""
    return np.asarray(-np.log1p(-uniform.astype(np.float64)))


@njit(cache=True)
def _words(
    tokens: Int32Array, at: Int64Array, width: int, k0: np.uint64, k1: np.uint64
) -> npt.NDArray[np.uint32]:
    out = np.empty(at.size, np.uint32)
    for i in range(at.size):
        out[i] = np.uint32(_word_before(tokens, at[i], width, k0, k1))
    return out


@njit(cache=True, inline="always")
def _word_before(tokens: Int32Array, at: int, width: int, k0: np.uint64, k1: np.uint64) -> np.uint64:
    s0, s1, s2, s3 = np.uint64(_CONTEXT_PART), np.uint64(width), np.uint64(0), np.uint64(0)
    first = at - width
    for offset in range(0, width, 4):
        # What is missing of the last block of four is filled with 2**32 - 1 less its place.
        b0 = np.uint64(tokens[first + offset])
        b1 = np.uint64(tokens[first + offset + 1]) if offset + 1 < width else np.uint64(0xFFFFFFFE)
        b2 = np.uint64(tokens[first + offset + 2]) if offset + 2 < width else np.uint64(0xFFFFFFFD)
        b3 = np.uint64(tokens[first + offset + 3]) if offset + 3 < width else np.uint64(0xFFFFFFFC)
        s0, s1, s2, s3 = philox_one(
            s0 ^ (b0 & _LOW), s1 ^ (b1 & _LOW), s2 ^ (b2 & _LOW), s3 ^ (b3 & _LOW), k0 ^ np.uint64(offset), k1
        )
    token = np.uint64(tokens[at]) & _LOW
    x0, x1, x2, x3 = philox_one(token >> np.uint64(2), s0, s1, s2, k0 ^ s3, k1 ^ np.uint64(_TOKEN_PART))
    lane = token & np.uint64(3)
    low = x0 if lane == np.uint64(0) else x1
    high = x2 if lane == np.uint64(2) else x3
    return low if lane < np.uint64(2) else high

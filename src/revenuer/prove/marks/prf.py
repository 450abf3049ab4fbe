"""The keyed randomness of our marks: an independent uniform for each (window, token), by Philox4x32-10.

The construction, to the bit. A key is two 32-bit words (k0, k1). A window is the `width` token ids before the position, oldest first.
    state = (width, 0)
    for each two tokens a, b of the window (a last one alone has b = 0xFFFFFFFF):
        state = the first two words of philox(counter = (a, b, state[0], state[1]), key)
    word(token) = word number (token & 3) of philox(counter = (token >> 2, 0xFFFFFFFE, state[0], state[1]), key)
    u(token) = (word(token) + 0.5) / 2**32
Token ids lie in [0, 2**31), so that no counter of the window's part is one of the token's part. A token is green where word(token) <
floor(gamma * 2**32): its colour is one independent draw for each (window, token), while the lists of other makers hold a fixed share of
the vocabulary (then a window's colours depend on one another, and counts spread less than the binomial law says). Four neighbouring ids
share one call, so that a vocabulary of V costs V / 4 calls.

Philox is built for statistics, not secrecy: that nobody can find the key from marked texts is not proved. 64 bits are what it takes.
Assumptions: two windows of more than two tokens share a state with a chance of 2**-64.
Source: J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC'11, section 4.3, and the known answers of Random123.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Uint32Array = npt.NDArray[np.uint32]
Key = tuple[int, int]
"""Two words of 32 bits."""

ALONE = 0xFFFFFFFF
"""Stands where a window of odd width has no second token."""
TOKEN_PART = 0xFFFFFFFE
"""Sets a token's counters apart from a window's."""
WORDS = 1 << 32
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)
ROUNDS = 10


def philox(counter: npt.ArrayLike, key: Key) -> Uint32Array:
    """Return Philox4x32-10 of each counter: shape (..., 4) in and out, words of 32 bits."""
    c = np.asarray(counter, np.uint64)
    c0, c1, c2, c3 = (c[..., i] for i in range(4))
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1).astype(np.uint32)


def window_state(window: npt.ArrayLike, key: Key) -> Uint32Array:
    """Return the state that windows of shape (..., width) leave: shape (..., 2)."""
    tokens = np.asarray(window, np.uint64)
    width = tokens.shape[-1]
    if width % 2:
        tokens = np.concatenate([tokens, np.full((*tokens.shape[:-1], 1), ALONE, np.uint64)], axis=-1)
    state = np.tile(np.array([width, 0], np.uint32), (*tokens.shape[:-1], 1))
    for i in range(0, tokens.shape[-1], 2):
        state = philox(np.concatenate([tokens[..., i : i + 2], state], axis=-1), key)[..., :2]
    return state


def pair_words(windows: npt.ArrayLike, tokens: npt.ArrayLike, key: Key) -> Uint32Array:
    """Return the word of each (window, token): shapes (..., width) and (...). The readable reference of the kernels below."""
    t = np.asarray(tokens, np.uint64)
    state = window_state(windows, key).astype(np.uint64)
    part = np.full_like(t, TOKEN_PART)
    blocks = philox(np.stack([t >> np.uint64(2), part, state[..., 0], state[..., 1]], axis=-1), key)
    lane = (t & np.uint64(3)).astype(np.int64)[..., None]
    return np.asarray(np.take_along_axis(blocks, lane, axis=-1)[..., 0])


def vocabulary_words(window: npt.ArrayLike, vocabulary: int, key: Key) -> Uint32Array:
    """Return the words of the tokens 0 .. vocabulary - 1 after one window: what an embedder needs at one position."""
    s0, s1 = (int(word) for word in window_state(window, key))
    out = np.empty((vocabulary + 3) // 4 * 4, np.uint32)
    fill_words(out, np.uint64(s0), np.uint64(s1), np.uint64(key[0]), np.uint64(key[1]))
    return out[:vocabulary]


def uniforms(words: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return (word + 0.5) / 2**32, strictly between 0 and 1 and exact in a double."""
    return np.asarray((np.asarray(words, np.float64) + 0.5) / WORDS)


def green_threshold(gamma: float) -> int:
    """Return floor(gamma * 2**32): words below it are green. Raises ValueError unless 0 < gamma < 1."""
    if not 0.0 < gamma < 1.0:
        raise ValueError(f"expected a share of green tokens between 0 and 1, got {gamma}")
    return int(gamma * WORDS)


@njit(cache=True, inline="always")
def philox_one(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return `philox` of one counter, each word in the low half of 64 bits."""
    for _ in range(ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@njit(cache=True, inline="always")
def word_before(
    tokens: npt.NDArray[np.int32], at: int, width: int, k0: np.uint64, k1: np.uint64
) -> np.uint64:
    """Return the word of the pair whose token is `tokens[at]` and whose window the `width` tokens before it."""
    s0, s1 = np.uint64(width), np.uint64(0)
    for i in range(at - width, at, 2):
        second = np.uint64(tokens[i + 1]) if i + 1 < at else np.uint64(ALONE)
        s0, s1, _, _ = philox_one(np.uint64(tokens[i]), second, s0, s1, k0, k1)
    token = np.uint64(tokens[at])
    x0, x1, x2, x3 = philox_one(token >> np.uint64(2), np.uint64(TOKEN_PART), s0, s1, k0, k1)
    lane = token & np.uint64(3)
    low = x0 if lane == np.uint64(0) else x1
    high = x2 if lane == np.uint64(2) else x3
    return low if lane < np.uint64(2) else high


@njit(cache=True)
def fill_words(out: Uint32Array, s0: np.uint64, s1: np.uint64, k0: np.uint64, k1: np.uint64) -> None:
    """Write the words of the tokens 0 .. len(out) - 1 after a window of this state; len(out) is a multiple of four."""
    for block in range(out.shape[0] // 4):
        x0, x1, x2, x3 = philox_one(np.uint64(block), np.uint64(TOKEN_PART), s0, s1, k0, k1)
        out[4 * block], out[4 * block + 1] = np.uint32(x0), np.uint32(x1)
        out[4 * block + 2], out[4 * block + 3] = np.uint32(x2), np.uint32(x3)

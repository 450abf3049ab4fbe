"""The random numbers of torch's generator on a CPU, without torch: MT19937, and the permutation and the bits that torch draws with it.

Bit for bit as torch 2.13.0 gives them. Only the low 32 bits of a seed count there: two seeds that agree in them give the same numbers.
Source: M. Matsumoto, T. Nishimura, ACM TOMACS 8 (1998), 3-30; the initialisation is the authors' `init_genrand` of 2002.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Uint32Array = npt.NDArray[np.uint32]
IntArray = npt.NDArray[np.int64]

WORDS = 624
"""Words of the generator's state; as many numbers come out between two renewals of it."""
_SHIFT = 397
_MATRIX = np.uint32(0x9908B0DF)
_HIGH, _REST = np.uint32(0x80000000), np.uint32(0x7FFFFFFF)
LONGEST = (1 << 32) // 20
"""From this length on torch draws permutations in another way, which is not reproduced here."""


def permutation(size: int, seed: int, head: int | None = None) -> IntArray:
    """Return `torch.randperm(size)[:head]` of a CPU generator with `manual_seed(seed)`; without `head` all of it.

    Raises ValueError for a size beyond `LONGEST`.
    """
    if not 0 <= size < LONGEST:
        raise ValueError(f"expected fewer than {LONGEST} items to put in order, got {size}")
    head = size if head is None else min(head, size)
    return _permutation(size, head, np.uint32(seed & 0xFFFFFFFF))[:head]


def bits(size: int, seed: int) -> npt.NDArray[np.uint8]:
    """Return `torch.randint(0, 2, (size,))` of a CPU generator with `manual_seed(seed)`."""
    return _bits(size, np.uint32(seed & 0xFFFFFFFF))


@njit(cache=True)
def seed_state(state: Uint32Array, seed: np.uint32) -> None:
    """Fill `state` (WORDS words) from a seed."""
    state[0] = seed
    for i in range(1, WORDS):
        before = state[i - 1]
        state[i] = np.uint32(
            np.uint64(1812433253) * np.uint64(before ^ (before >> np.uint32(30))) + np.uint64(i)
        )


@njit(cache=True)
def renew_state(state: Uint32Array) -> None:
    """Replace `state` by the next one."""
    for i in range(WORDS):
        y = (state[i] & _HIGH) | (state[(i + 1) % WORDS] & _REST)
        word = state[(i + _SHIFT) % WORDS] ^ (y >> np.uint32(1))
        state[i] = word ^ _MATRIX if y & np.uint32(1) else word


@njit(cache=True, inline="always")
def tempered(y: np.uint32) -> np.uint32:
    """Return the number that a word of the state comes out as."""
    y ^= y >> np.uint32(11)
    y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
    y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
    return y ^ (y >> np.uint32(18))


@njit(cache=True)
def _permutation(size: int, head: int, seed: np.uint32) -> IntArray:
    order = np.arange(size, dtype=np.int64)
    state = np.empty(WORDS, np.uint32)
    seed_state(state, seed)
    for i in range(min(head, size - 1)):
        if i % WORDS == 0:
            renew_state(state)
        j = i + np.int64(tempered(state[i % WORDS])) % (size - i)
        order[i], order[j] = order[j], order[i]
    return order


@njit(cache=True)
def _bits(size: int, seed: np.uint32) -> npt.NDArray[np.uint8]:
    out = np.empty(size, np.uint8)
    state = np.empty(WORDS, np.uint32)
    seed_state(state, seed)
    for i in range(size):
        if i % WORDS == 0:
            renew_state(state)
        out[i] = tempered(state[i % WORDS]) & np.uint32(1)
    return out

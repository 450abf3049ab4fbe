"""SipHash-2-4 over one 64-bit word: turns a public hash into one that only the key's holder can compute.

Source: Aumasson and Bernstein, SipHash: a fast short-input PRF (2012). The message is the word in little-endian order.
"""

import hashlib

import numpy as np
from numba import njit

_V0 = np.uint64(0x736F6D6570736575)
_V1 = np.uint64(0x646F72616E646F6D)
_V2 = np.uint64(0x6C7967656E657261)
_V3 = np.uint64(0x7465646279746573)
_LAST = np.uint64(8 << 56)
_FF = np.uint64(0xFF)

Key = tuple[np.uint64, np.uint64]
"""A 128-bit SipHash key."""
UNKEYED: Key = (np.uint64(0), np.uint64(0))
"""The key of a scan's own scratch sketches, and of an index that is written without one: everybody knows it."""


def derive_key(secret: bytes) -> Key:
    """Return the 128-bit SipHash key for `secret` (at least 16 bytes), bound to this use by a label (BLAKE2b)."""
    if len(secret) < 16:
        raise ValueError(f"a sketch key needs at least 16 bytes, got {len(secret)}")
    digest = hashlib.blake2b(secret, digest_size=16, person=b"revenuer sketch1").digest()
    k0, k1 = np.frombuffer(digest, dtype="<u8")
    return np.uint64(k0), np.uint64(k1)


def key_id(key: Key) -> str:
    """Return a name for `key` (16 hex digits) that tells whether two parties hold the same one, and not what it is.

    Like everything that a key is used for it lets a guess of the secret be checked: make secrets at random.
    """
    words = np.array(key, dtype="<u8").tobytes()
    return hashlib.blake2b(words, digest_size=8, person=b"revenuer key id1").hexdigest()


@njit(cache=True, inline="always")
def _rotl(x: np.uint64, b: int) -> np.uint64:
    return (x << np.uint64(b)) | (x >> np.uint64(64 - b))


@njit(cache=True, inline="always")
def _round(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    v0 += v1
    v1 = _rotl(v1, 13) ^ v0
    v0 = _rotl(v0, 32)
    v2 += v3
    v3 = _rotl(v3, 16) ^ v2
    v0 += v3
    v3 = _rotl(v3, 21) ^ v0
    v2 += v1
    v1 = _rotl(v1, 17) ^ v2
    v2 = _rotl(v2, 32)
    return v0, v1, v2, v3


@njit(cache=True)
def siphash(word: np.uint64, k0: np.uint64, k1: np.uint64) -> np.uint64:
    """Return SipHash-2-4 of the 8 bytes of `word` under the key (k0, k1)."""
    v0, v1, v2, v3 = _V0 ^ k0, _V1 ^ k1, _V2 ^ k0, _V3 ^ k1
    for block in (word, _LAST):
        v3 ^= block
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= block
    v2 ^= _FF
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3

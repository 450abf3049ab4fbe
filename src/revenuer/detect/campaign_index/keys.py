"""What a campaign index is asked for: a kind and a keyed hash, mixed into one 64-bit key."""

from enum import IntEnum

import numpy as np
from numba import njit

from revenuer.detect.fingerprints import KIND_BITS
from revenuer.detect.tokens import mix64


class KeyKind(IntEnum):
    """What was hashed. The first three after MEMBER are a fingerprint's own kinds, in their order, one higher."""

    MEMBER = 0
    SPAN = 1
    BAND = 2
    SYSTEM = 3
    PAYMENT_FINGERPRINT = 4
    SIGNUP_IP = 5
    IP = 6
    IP_PREFIX = 7
    TLS_FINGERPRINT = 8
    USER_AGENT = 9
    EMAIL_DOMAIN = 10


SPAN_KINDS = (KeyKind.SPAN, KeyKind.BAND, KeyKind.SYSTEM)
VALUE_KINDS = tuple(kind for kind in KeyKind if kind >= KeyKind.PAYMENT_FINGERPRINT)
"""Kinds of identity value; in lower case they are the names of the attributes in detect/identity.py."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_OWN_KIND = np.uint64((1 << KIND_BITS) - 1)


@njit(cache=True)
def index_key(kind: int, value: np.uint64) -> np.uint64:
    """Return the key under which the keyed hash `value` of a `KeyKind` stands. One-to-one within a kind."""
    return mix64(np.uint64(value) ^ (np.uint64(kind + 1) * _SPREAD))


@njit(cache=True)
def fingerprint_key(fingerprint: np.uint64) -> np.uint64:
    """Return the key of a fingerprint as a sketch holds it (its kind in the low bits)."""
    return index_key(np.int64(np.uint64(fingerprint) & _OWN_KIND) + 1, fingerprint)


@njit(cache=True)
def index_keys(kinds: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return `index_key` of parallel arrays."""
    keys = np.empty(len(values), np.uint64)
    for i in range(len(values)):
        keys[i] = index_key(np.int64(kinds[i]), np.uint64(values[i]))
    return keys


def value_of_key(kind: int, key: int) -> int:
    """Return the keyed hash that `index_key` made `key` of."""
    for multiplier in (_MIX_2, _MIX_1):
        key ^= key >> 33
        key = key * pow(multiplier, -1, 1 << 64) & _ALL
    return (key ^ (key >> 33)) ^ ((kind + 1) * int(_SPREAD) & _ALL)


_MIX_1, _MIX_2, _ALL = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 0xFFFFFFFFFFFFFFFF
"""The factors of `mix64` (detect/tokens.py), whose steps `value_of_key` takes back."""

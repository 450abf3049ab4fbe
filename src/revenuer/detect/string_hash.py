"""Keyed hashes of whole strings (account ids, addresses, cards): equal under one key, unlinkable under another.

Whoever hashes the same string under the same key gets the same number, in a sketch, in a campaign index and at the guard.
"""

import numpy as np
import pyarrow as pa
from numba import njit

from revenuer.detect.keyed_hash import Key, siphash
from revenuer.detect.text_buffers import utf8_buffers
from revenuer.detect.tokens import mix64


def hash_strings(column: pa.Array, key: Key) -> np.ndarray:
    """Return the keyed hash (uint64) of each string of a column; a null hashes like an empty string."""
    data, begins = utf8_buffers(column)
    hashes: np.ndarray = _hash_strings(data, begins, key[0], key[1])
    return hashes


def hash_string(value: str, key: Key) -> int:
    """Return the keyed hash of one string, as `hash_strings` does of many."""
    return int(hash_strings(pa.array([value], pa.string()), key)[0])


@njit(cache=True, nogil=True)
def _hash_strings(data: np.ndarray, begins: np.ndarray, k0: np.uint64, k1: np.uint64) -> np.ndarray:
    out = np.empty(len(begins) - 1, np.uint64)
    for row in range(len(out)):
        h = np.uint64(0xCBF29CE484222325)
        for i in range(begins[row], begins[row + 1]):
            h = (h ^ np.uint64(data[i])) * np.uint64(0x100000001B3)
        out[row] = siphash(mix64(h), k0, k1)
    return out

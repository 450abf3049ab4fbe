"""The hash table of an index: open addressing over arrays, as they lie in the mapped file."""

import numpy as np
from numba import njit

from revenuer.detect.campaign_index.content import NONE

LEAST_SLOTS = 8


@njit(cache=True, nogil=True)
def lookup(table_keys: np.ndarray, table_rows: np.ndarray, key: np.uint64) -> np.int64:
    """Return the row of the first entry with `key`, or -1. Every table has a free slot, so this ends."""
    mask = np.uint64(len(table_keys) - 1)
    at = np.uint64(key) & mask
    while table_rows[at] >= 0:
        if table_keys[at] == key:
            return np.int64(table_rows[at])
        at = (at + np.uint64(1)) & mask
    return np.int64(-1)


def build_table(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (table_keys uint64, table_rows int32, next int32) for the keys of entries 0..n-1, equal keys side by side.

    A power of two of slots, at most half of them used.
    """
    slots = max(LEAST_SLOTS, 1 << (2 * len(keys) - 1).bit_length()) if len(keys) else LEAST_SLOTS
    table_keys, table_rows = np.zeros(slots, np.uint64), np.full(slots, NONE, np.int32)
    following = np.full(len(keys), NONE, np.int32)
    _fill(keys, table_keys, table_rows, following)
    return table_keys, table_rows, following


@njit(cache=True)
def _fill(keys: np.ndarray, table_keys: np.ndarray, table_rows: np.ndarray, following: np.ndarray) -> None:
    mask = np.uint64(len(table_keys) - 1)
    for row in range(len(keys)):
        if row and keys[row] == keys[row - 1]:
            following[row - 1] = row
            continue
        at = keys[row] & mask
        while table_rows[at] >= 0:
            at = (at + np.uint64(1)) & mask
        table_keys[at] = keys[row]
        table_rows[at] = row


@njit(cache=True)
def first_rows(table_keys: np.ndarray, table_rows: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Return `lookup` of many keys (int64)."""
    rows = np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        rows[i] = lookup(table_keys, table_rows, keys[i])
    return rows

"""Counts the values (prompts, addresses, ...) that the accounts of many overlapping groups hold, without a row for every group."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import njit


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of each group (G,): `entries` pairs of account and value, `distinct` values, `inside_pairs` of its accounts that hold one
    value, `inside_repeats` entries whose value another of its accounts holds, `cross_pairs` between its accounts and
    others, `shared_outside` entries whose value an account outside holds."""

    entries: np.ndarray
    distinct: np.ndarray
    inside_pairs: np.ndarray
    inside_repeats: np.ndarray
    cross_pairs: np.ndarray
    shared_outside: np.ndarray


def count_held(acct: np.ndarray, value: pa.Array, groups: list[np.ndarray]) -> Counts:
    """Count for each of `groups` (arrays of codes) over distinct pairs of `acct` (M,) and `value` (M,), in any order."""
    encoded = value.dictionary_encode()
    code = np.asarray(encoded.indices)
    size = 1 + max(int(acct.max(initial=-1)), *(int(group.max(initial=-1)) for group in groups))
    starts = np.concatenate([[0], np.cumsum(np.bincount(acct, minlength=size))])
    held = np.empty(len(code), code.dtype)
    _sort_by_account(acct, code, starts[:-1].copy(), held)
    total = np.bincount(code, minlength=len(encoded.dictionary)).astype(np.int32)
    bounds = np.concatenate([[0], np.cumsum([len(group) for group in groups])])
    counts = np.zeros((6, len(groups)), np.int64)
    _count(np.concatenate(groups), bounds, held, starts, total, np.zeros_like(total), counts)
    return Counts(
        entries=counts[0],
        distinct=counts[1],
        inside_pairs=counts[2],
        inside_repeats=counts[3],
        cross_pairs=counts[4],
        shared_outside=counts[5],
    )


@njit(cache=True, nogil=True)
def _sort_by_account(acct: np.ndarray, code: np.ndarray, place: np.ndarray, held: np.ndarray) -> None:
    for i in range(len(acct)):
        held[place[acct[i]]] = code[i]
        place[acct[i]] += 1


@njit(cache=True, nogil=True)
def _count(
    members: np.ndarray,
    bounds: np.ndarray,
    held: np.ndarray,
    starts: np.ndarray,
    total: np.ndarray,
    inside: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Fill `counts` (6, G); `inside` is zero for every value before and after each group."""
    for g in range(len(bounds) - 1):
        group = members[bounds[g] : bounds[g + 1]]
        for account in group:
            for i in range(starts[account], starts[account + 1]):
                inside[held[i]] += 1
        for account in group:
            for i in range(starts[account], starts[account + 1]):
                k = np.int64(inside[held[i]])
                if k == 0:
                    continue
                inside[held[i]] = 0
                outside = total[held[i]] - k
                counts[0, g] += k
                counts[1, g] += 1
                counts[2, g] += k * (k - 1) // 2
                counts[3, g] += k if k > 1 else 0
                counts[4, g] += k * outside
                counts[5, g] += k if outside > 0 else 0

"""Counts how often each account sends each of its fingerprints, and keeps those that it sends again and again.

Nearly every pair of account and fingerprint occurs once, so a table of all pairs takes gigabytes. Here the fingerprints of a part
of the accounts are laid out account by account and counted in one account's table at a time, which a core's cache holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from revenuer.engine import Engine

PART_FINGERPRINTS = 100_000_000
"""Fingerprints laid out at a time, .8 GB at most: each part reads the sketches once more."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heavy:
    """Parallel arrays: `acct` sent `fingerprint` `count` times."""

    acct: np.ndarray
    fingerprint: np.ndarray
    count: np.ndarray


def heavy_fingerprints(engine: Engine, least: np.ndarray) -> Heavy:
    """Return the pairs of the table `sketch` that occur at least `least` (N,; all > 0) of the account times. Needs `account_code`."""
    lengths = engine.query(
        "SELECT a.acct, CAST(sum(array_length(s.fingerprints)) AS BIGINT) AS n FROM sketch s "
        "JOIN account_code a ON s.account_id = a.account_id WHERE array_length(s.fingerprints) > 0 GROUP BY a.acct"
    )
    number = np.zeros(len(least), np.int64)
    number[lengths["acct"].to_numpy()] = lengths["n"].to_numpy()
    if not number.any():
        nothing = np.zeros(0, np.int64)
        return Heavy(acct=nothing, fingerprint=nothing, count=nothing)
    found = [_count_part(engine, number, least, low, high) for low, high in _parts(number)]
    return Heavy(
        acct=np.concatenate([part.acct for part in found]),
        fingerprint=np.concatenate([part.fingerprint for part in found]),
        count=np.concatenate([part.count for part in found]),
    )


def _parts(number: np.ndarray) -> Iterator[tuple[int, int]]:
    """Cut the accounts into ranges [low, high) of about PART_FINGERPRINTS each."""
    part = (np.cumsum(number) - 1) // PART_FINGERPRINTS
    bounds = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1] + 1))
    yield from zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)


def _count_part(engine: Engine, number: np.ndarray, least: np.ndarray, low: int, high: int) -> Heavy:
    """Count the accounts [low, high); one pass over the sketches."""
    ids = engine.query("SELECT account_id FROM account_code ORDER BY acct")["account_id"].combine_chunks()
    starts = np.concatenate([[0], np.cumsum(number[low:high])])
    laid_out, place = np.empty(starts[-1], np.int64), starts[:-1].copy()

    def coded(batch: pa.RecordBatch) -> pa.RecordBatch:
        acct = pc.index_in(batch.column(0), value_set=ids)
        return pa.RecordBatch.from_arrays([acct, batch.column(1)], names=["acct", "fingerprints"])

    for batch in engine.stream("SELECT account_id, fingerprints FROM sketch", coded):
        lists = batch.column(1)
        _lay_out(
            np.asarray(batch.column(0)),
            np.asarray(lists.values),
            np.asarray(lists.offsets),
            low,
            place,
            laid_out,
        )
    most = len(laid_out) // int(least.min())
    acct, fingerprint, count = _count(laid_out, starts, least[low:high], int(number[low:high].max()), most)
    return Heavy(acct=acct + low, fingerprint=fingerprint, count=count)


@njit(cache=True, nogil=True)
def _lay_out(
    acct: np.ndarray,
    values: np.ndarray,
    offsets: np.ndarray,
    low: int,
    place: np.ndarray,
    laid_out: np.ndarray,
) -> None:
    for row in range(len(acct)):
        own = acct[row] - low
        if 0 <= own < len(place):
            for i in range(offsets[row], offsets[row + 1]):
                laid_out[place[own]] = values[i]
                place[own] += 1


@njit(cache=True, nogil=True)
def _count(
    values: np.ndarray, starts: np.ndarray, least: np.ndarray, largest: int, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (account, value, count) of the values that an account's part of `values` holds at least `least` times.

    `largest` is the longest part, and there are at most `most` such values.
    """
    keys = np.empty(_slots(largest), np.int64)
    acct, found, times = np.empty(most, np.int32), np.empty(most, np.int64), np.empty(most, np.int32)
    n = 0
    for own in range(len(least)):
        part = values[starts[own] : starts[own + 1]]
        counts = np.zeros(_slots(len(part)), np.int64)
        _tally(part, keys, counts)
        for slot in range(len(counts)):
            if counts[slot] >= least[own]:
                acct[n], found[n], times[n] = own, keys[slot], counts[slot]
                n += 1
    return acct[:n].copy(), found[:n].copy(), times[:n].copy()


@njit(cache=True)
def _slots(values: int) -> int:
    """Return the size of a hash table for so many values: a power of two, at most half full."""
    slots = 2
    while slots < 2 * values:
        slots *= 2
    return slots


@njit(cache=True)
def _tally(values: np.ndarray, keys: np.ndarray, counts: np.ndarray) -> None:
    """Count `values` in a hash table: `counts` is 0 where the slot is free, and `keys` then means nothing."""
    mask = len(counts) - 1
    for value in values:
        slot = np.int64((np.uint64(value) * _SPREAD) >> _HIGH) & mask
        while counts[slot] and keys[slot] != value:
            slot = (slot + 1) & mask
        keys[slot] = value
        counts[slot] += 1

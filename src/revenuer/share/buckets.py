"""Counts as partners get them: in buckets, and none at all where few accounts stand behind them."""

from typing import NamedTuple

BUCKETS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000)
"""Lower edges. A bucket spans a factor of two or more from 5 on, so that watching a count over days tells little of single accounts."""


class Bucket(NamedTuple):
    """A range of counts: `low` to `high`, both included; `high` is None in the last one."""

    low: int
    high: int | None


def bucketed(count: int, k: int) -> Bucket | None:
    """Return the bucket of a count, or None where it is below `k` and must not be told at all.

    The first bucket begins at `k` (or at the lowest edge above it), so that none tells of fewer. Raises ValueError for a negative count, or k < 2.
    """
    if count < 0 or k < 2:
        raise ValueError(f"got a count of {count} and a minimum of {k}; expected 0 or more, and 2 or more")
    if count < k:
        return None
    edges = [k, *(edge for edge in BUCKETS if edge > k)]
    place = max(i for i, edge in enumerate(edges) if edge <= count)
    high = edges[place + 1] - 1 if place + 1 < len(edges) else None
    return Bucket(edges[place], high)

"""Arrays of groups of unequal length, laid end to end."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def owners(counts: Ints) -> Ints:
    """The group of every element: group i appears counts[i] times."""
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def positions(counts: Ints) -> Ints:
    """Each element's 0-based place in its own group."""
    total = int(counts.sum())
    starts = np.cumsum(counts) - counts
    return np.arange(total, dtype=np.int64) - np.repeat(starts, counts)


def running_sum(values: Floats, counts: Ints) -> Floats:
    """Cumulative sum that starts again with every group."""
    total = np.cumsum(values)
    starts = np.cumsum(counts) - counts
    before = np.concatenate([[0.0], total])[starts]
    sums: Floats = total - np.repeat(before, counts)
    return sums

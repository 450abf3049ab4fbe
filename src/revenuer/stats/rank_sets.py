"""Simultaneous confidence sets for ranks from estimates and their covariance.

Source: Mogstad, Romano, Shaikh and Wilhelm, Inference for Ranks (Review of Economic Studies 91, 2024), section 3.2: all ordered pairs
are tested with the stepdown maximum of studentised differences (Romano and Wolf, JASA 100, 2005); who is significantly better, or
worse, bounds the rank.
"""

import numpy as np
from numba import njit

DRAWS = 2_000
MOST_STEPS = 20


def rank_sets(
    estimate: np.ndarray, covariance: np.ndarray, level: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return (lowest, highest) rank (M,) of each, 1 the best: all M sets hold their true ranks at once with probability `level`.

    `estimate` (M,), `covariance` (M, M). Assumes that estimates are normal; ties in truth share the better rank and any worse one.
    """
    size = len(estimate)
    if size < 2:
        return np.ones(size, np.int64), np.ones(size, np.int64)
    i, j = np.triu_indices(size, 1)
    variance = np.diag(covariance)
    spread = np.sqrt(np.maximum(variance[i] + variance[j] - 2 * covariance[i, j], 1e-300))
    statistic = (estimate[i] - estimate[j]) / spread
    draws = _draws(covariance, rng)
    # Of the two ordered hypotheses of a pair, one has fallen once `fallen`; the other stays to the end.
    fallen = np.zeros(len(i), bool)
    for _ in range(MOST_STEPS):
        most = _largest(draws, i, j, spread, np.sign(statistic) * fallen)
        now = np.abs(statistic) > np.quantile(most, level)
        if (now == fallen).all():
            break
        fallen |= now
    better, worse = np.where(statistic > 0, i, j)[fallen], np.where(statistic > 0, j, i)[fallen]
    lowest = 1 + np.bincount(worse, minlength=size)
    highest = size - np.bincount(better, minlength=size)
    return lowest, highest


def _draws(covariance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return normal draws (DRAWS, M) of this covariance."""
    value, vector = np.linalg.eigh(covariance)
    root = vector * np.sqrt(np.maximum(value, 0.0))
    drawn: np.ndarray = rng.standard_normal((DRAWS, len(covariance))) @ root.T
    return drawn


def _largest(
    draws: np.ndarray, i: np.ndarray, j: np.ndarray, spread: np.ndarray, fallen: np.ndarray
) -> np.ndarray:
    """Return each draw's largest studentised difference over the ordered pairs still tested. `fallen`: +1 where `i` is known to be
    better, so that only `j` better than `i` is still tested; -1 the other way about; 0 where both are."""
    most = np.empty(len(draws))
    _fill_largest(draws, i, j, 1 / spread, fallen.astype(np.int8), most)
    return most


@njit(cache=True, nogil=True)
def _fill_largest(
    draws: np.ndarray,
    i: np.ndarray,
    j: np.ndarray,
    scale: np.ndarray,
    fallen: np.ndarray,
    most: np.ndarray,
) -> None:
    for draw in range(len(draws)):
        largest = -np.inf
        for pair in range(len(i)):
            difference = (draws[draw, i[pair]] - draws[draw, j[pair]]) * scale[pair]
            if fallen[pair] == 1 or (fallen[pair] == 0 and difference < 0):
                difference = -difference
            largest = max(largest, difference)
        most[draw] = largest

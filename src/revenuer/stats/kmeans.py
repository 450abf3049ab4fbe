"""Cuts a space into cells around centres, so that crowding can be counted."""

import numpy as np
import numpy.typing as npt

from revenuer.stats.gaussian_kernel import squared_distances


def fit_centres(
    rows: npt.ArrayLike, count: int, rng: np.random.Generator, *, rounds: int = 6
) -> npt.NDArray[np.float64]:
    """Return `count` centres (fewer rows: as many as there are) by Lloyd's algorithm from random rows.

    A few rounds are enough: cells need to be fixed and fairly even, not optimal. Source: S. P. Lloyd, IEEE Trans. IT 28 (1982).
    """
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2 or len(x) == 0 or count < 1:
        raise ValueError(f"expected rows and a positive count, got shape {x.shape} and {count}")
    centres = x[rng.choice(len(x), min(count, len(x)), replace=False)].copy()
    for _ in range(rounds):
        cell = nearest_centre(x, centres)
        size = np.bincount(cell, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, cell, x)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
    return centres


def nearest_centre(rows: npt.ArrayLike, centres: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the index of the nearest centre of each row; the lowest index where two are equally near."""
    return np.asarray(squared_distances(rows, centres).argmin(axis=1), dtype=np.int64)

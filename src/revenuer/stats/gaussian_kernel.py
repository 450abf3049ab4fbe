"""The Gaussian kernel, and the distances and the bandwidth that it needs.

Source: A. Gretton et al., A Kernel Two-Sample Test, JMLR 13 (2012), section 8 (median heuristic).
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def squared_distances(x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Return the squared Euclidean distances (len(x), len(y)) by the inner-product identity, clipped at 0."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    d = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(d, 0.0), dtype=np.float64)


def median_bandwidth(rows: npt.ArrayLike, rng: np.random.Generator, *, most: int = 1000) -> float:
    """Return the median distance between distinct rows (of at most `most` of them); 1 where all rows coincide."""
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"expected at least two rows, got shape {x.shape}")
    if len(x) > most:
        x = x[rng.choice(len(x), most, replace=False)]
    d = squared_distances(x, x)[np.triu_indices(len(x), 1)]
    return float(np.sqrt(np.median(d))) or 1.0


def gaussian_kernel(x: npt.ArrayLike, y: npt.ArrayLike, bandwidth: float) -> FloatArray:
    """Return exp(-|x - y|^2 / (2 bandwidth^2)) for every pair."""
    if not bandwidth > 0.0:
        raise ValueError(f"expected a bandwidth above 0, got {bandwidth}")
    return np.asarray(np.exp(-squared_distances(x, y) / (2.0 * bandwidth**2)), dtype=np.float64)

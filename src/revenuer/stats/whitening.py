"""Fits the linear map that gives benign data unit covariance, so that a distance counts surprise and not units."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Whitening:
    """`apply(x)` is (x - mean) @ matrix; `mean` (d,), `matrix` (d, d), `n` rows it was fitted on, and the ridge used."""

    mean: npt.NDArray[np.float64]
    matrix: npt.NDArray[np.float64]
    ridge: float
    n: int

    def apply(self, rows: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return the whitened rows, float32 (n, d)."""
        x = np.asarray(rows, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != self.mean.size:
            raise ValueError(f"expected rows of {self.mean.size} columns, got shape {x.shape}")
        return ((x - self.mean) @ self.matrix).astype(np.float32)


def fit_whitening(rows: npt.ArrayLike, *, ridge: float) -> Whitening:
    """Return the whitening of `rows` (n, d), n >= 2; `ridge` > 0 is a share of the mean variance added to every direction.

    Without a ridge, directions in which the benign data hardly vary would rule every distance. A larger one trusts the fitted
    covariance less. Must be fitted on rows that are used for nothing else. Raises ValueError for NaN or fewer than two rows.
    """
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] < 2 or not np.isfinite(x).all():
        raise ValueError(f"expected at least two finite rows, got shape {x.shape}")
    if not ridge > 0.0:
        raise ValueError(f"expected a ridge above 0, got {ridge}")
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False).reshape(x.shape[1], x.shape[1]))
    mean_variance = float(values.mean())
    floor = ridge * (mean_variance if mean_variance > 0.0 else 1.0)
    matrix = vectors / np.sqrt(np.maximum(values, 0.0) + floor)
    return Whitening(mean=x.mean(axis=0), matrix=matrix, ridge=ridge, n=x.shape[0])

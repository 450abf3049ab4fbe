"""Two-covariance model: do two accounts' mean vectors come from one source or from two?

Each source has a mean drawn from N(mu, B); each observation of it scatters by W, so a mean of n observations by W / n.
Source: Brümmer and de Villiers, The speaker partitioning problem (Odyssey 2010), section 3; the scores are exact log
likelihood ratios under the model. Assumptions: Gaussian B and W, observations of a source independent.
Not checked: that sources are unimodal; a population of clumps makes scores within a clump too high.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

_BLOCK_PAIRS = 2048
"""Pairs scored at a time: a dozen arrays of so many rows fit a core's cache, and memory stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCovariance:
    """`center` (D,), `basis` (D, K): in `(x - center) @ basis` W is the identity and B is diag(`between`) (K,)."""

    center: np.ndarray
    basis: np.ndarray
    between: np.ndarray
    sources: int

    def project(self, means: np.ndarray) -> np.ndarray:
        """Return `means` (N, D) in the model's space (N, K)."""
        projected: np.ndarray = (means - self.center) @ self.basis
        return projected


def fit_two_covariance(
    half_mean: np.ndarray, half_n: np.ndarray, *, min_n: float = 4.0, dims: int = 48, ridge: float = 0.01
) -> TwoCovariance | None:
    """Fit on N sources observed in two halves: `half_mean` (N, 2, D), `half_n` (N, 2) observations behind each.

    Sources with fewer than `min_n` observations in a half are left out; None when fewer than 20 remain. At most `dims`
    directions with the largest between/within ratio are kept. `ridge` is the share of a dimension's whole variance that is
    added to W's diagonal, so that a dimension that hardly scatters within a source cannot rule.
    """
    if half_mean.ndim != 3 or half_mean.shape[1] != 2 or half_n.shape != half_mean.shape[:2]:
        raise ValueError(f"expected (N, 2, D) and (N, 2), got {half_mean.shape} and {half_n.shape}")
    used = (half_n >= min_n).all(axis=1)
    if int(used.sum()) < 20:
        return None
    x, n = half_mean[used].astype(np.float64), half_n[used].astype(np.float64)
    total = n.sum(axis=1)
    total_variance = x.reshape(-1, x.shape[2]).var(axis=0)
    difference = (x[:, 0] - x[:, 1]) / np.sqrt(1 / n[:, 0] + 1 / n[:, 1])[:, None]
    within = difference.T @ difference / len(x)
    within += np.diag(ridge * np.maximum(np.diag(within), total_variance) + 1e-9)
    mean = np.einsum("nh,nhd->nd", n / total[:, None], x)
    center = mean.mean(axis=0)
    spread = (mean - center).T @ (mean - center) / len(mean)
    ratio, vectors = linalg.eigh(spread - within * float(np.mean(1 / total)), within)
    order = np.argsort(ratio)[::-1][:dims]
    order = order[ratio[order] > 1e-6]
    return TwoCovariance(center=center, basis=vectors[:, order], between=ratio[order], sources=len(x))


def pair_log10_lr(
    model: TwoCovariance, ya: np.ndarray, na: np.ndarray, yb: np.ndarray, nb: np.ndarray
) -> np.ndarray:
    """Return log10 P(a, b | one source) / P(a, b | two sources) for M pairs of projected means (M, K) of n (M,)."""
    log10_lr = np.empty(len(ya))
    for low in range(0, len(ya), _BLOCK_PAIRS):
        part = slice(low, low + _BLOCK_PAIRS)
        log10_lr[part] = _block_log10_lr(model.between[None, :], ya[part], na[part], yb[part], nb[part])
    return log10_lr


def _block_log10_lr(
    b: np.ndarray, ya: np.ndarray, na: np.ndarray, yb: np.ndarray, nb: np.ndarray
) -> np.ndarray:
    va, vb = 1 / np.maximum(na, 1e-9)[:, None], 1 / np.maximum(nb, 1e-9)[:, None]
    ta, tb = b + va, b + vb
    det = ta * tb - b * b
    same = (tb * ya**2 - 2 * b * ya * yb + ta * yb**2) / det
    apart = ya**2 / ta + yb**2 / tb
    log_ratio = -0.5 * (np.log(det) - np.log(ta * tb) + same - apart).sum(axis=1)
    return np.asarray(log_ratio / np.log(10))

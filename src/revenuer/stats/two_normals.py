"""Are these points one normal cloud or two? A mixture of two normals with a common spread, fitted by expectation-maximisation.

Each point is a mean with noise variances of its own. Compared by the Bayesian information criterion (Schwarz, Ann. Stat. 6, 1978):
the second cloud costs one mean. Assumptions: independent dimensions, equal spread of both clouds. Counter-indication: one curved or
heavy-tailed cloud passes for two when there are many points.
"""

from dataclasses import dataclass

import numpy as np

ROUNDS = 30
STARTS = 3
"""The clouds are sought along so many principal directions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoNormals:
    """`first` (n,) bool: the points nearer to the first cloud. `log10_factor`: log10 of the Bayes factor for two clouds (BIC)."""

    first: np.ndarray
    log10_factor: float


def two_normals(at: np.ndarray, noise: np.ndarray, min_spread: float) -> TwoNormals:
    """Fit points `at` (n, K) with noise variances `noise` (n, K); no dimension's spread is taken to be under `min_spread`."""
    n, dims = at.shape
    whole = _center(at, noise, np.ones(n))
    spread = np.maximum(((at - whole) ** 2 - noise).mean(axis=0), min_spread)
    alone = float(_log_density(at, noise, whole, spread).sum())
    scaled = (at - whole) / np.sqrt(spread + noise)
    # The widest directions, from the small matrix: a singular value decomposition of many points takes a hundred times as long.
    directions = scaled @ np.linalg.eigh(scaled.T @ scaled)[1][:, : -1 - min(STARTS, n, dims) : -1]
    fits = [_fit(at, noise, spread, direction, min_spread) for direction in directions.T]
    log_likelihood, share = max(fits, key=lambda f: f[0])
    gain = log_likelihood - alone - 0.5 * (dims + 1) * np.log(n)
    return TwoNormals(first=share > 0.5, log10_factor=float(gain / np.log(10)))


def _fit(
    at: np.ndarray, noise: np.ndarray, spread: np.ndarray, direction: np.ndarray, min_spread: float
) -> tuple[float, np.ndarray]:
    """Return (log likelihood, share of the first cloud in each point), started from the two ends of `direction` (n,)."""
    first = np.where(direction > np.median(direction), 0.95, 0.05)
    log_likelihood = -np.inf
    for _ in range(ROUNDS):
        centers = _center(at, noise, first), _center(at, noise, 1 - first)
        squares = first[:, None] * (at - centers[0]) ** 2 + (1 - first)[:, None] * (at - centers[1]) ** 2
        spread = np.maximum((squares - noise).mean(axis=0), min_spread)
        weight = np.clip(first.mean(), 1e-9, 1 - 1e-9)
        one = _log_density(at, noise, centers[0], spread) + np.log(weight)
        other = _log_density(at, noise, centers[1], spread) + np.log(1 - weight)
        both = np.logaddexp(one, other)
        first = np.exp(one - both)
        if both.sum() - log_likelihood < 1e-3:
            break
        log_likelihood = float(both.sum())
    return float(both.sum()), first


def _center(at: np.ndarray, noise: np.ndarray, share: np.ndarray) -> np.ndarray:
    weight = share[:, None] / (noise + 0.05)
    center: np.ndarray = (weight * at).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    return center


def _log_density(at: np.ndarray, noise: np.ndarray, center: np.ndarray, spread: np.ndarray) -> np.ndarray:
    variance = spread + noise
    density: np.ndarray = -0.5 * (np.log(variance) + (at - center) ** 2 / variance).sum(axis=1)
    return density

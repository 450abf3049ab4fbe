"""Interchangeability: how much does it tell about a request which account of a group sent it?

People differ: the variance between accounts (topics, hours, rates) is large against the scatter within each. Workers of
one operator draw from one pool on one schedule, and the between-variance vanishes. The estimate is the one-way random-effects
variance ratio (intraclass signal) with unequal group sizes, from two halves of each account so that the scatter needs no model.
Source: Searle, Casella and McCulloch, Variance Components (1992), section 3.6 (ANOVA estimators for unbalanced data).
Assumptions: halves of an account are independent given the account. Not checked: trends inside an account.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceRatio:
    """`ratio`: between-account variance over the variance of a single observation, >= 0 unless noise makes it negative;
    `low`, `high`: its bootstrap interval over accounts (level 0.9); `accounts`: how many entered."""

    ratio: float
    low: float
    high: float
    accounts: int


def variance_ratio(
    half_mean: np.ndarray,
    half_n: np.ndarray,
    *,
    rng: np.random.Generator,
    within: np.ndarray | None = None,
    min_n: float = 2.0,
    rounds: int = 100,
) -> VarianceRatio | None:
    """Estimate the ratio from `half_mean` (k, 2, D) with `half_n` (k, 2) observations behind each half.

    Accounts with fewer than `min_n` in a half do not enter; None with fewer than three left. `within` (D,) scales the
    dimensions (default: the group's own scatter), so that no dimension rules by its units.
    """
    if half_mean.ndim != 3 or half_mean.shape[1] != 2 or half_n.shape != half_mean.shape[:2]:
        raise ValueError(f"expected (k, 2, D) and (k, 2), got {half_mean.shape} and {half_n.shape}")
    used = (half_n >= min_n).all(axis=1)
    k = int(used.sum())
    if k < 3:
        return None
    x, n = half_mean[used].astype(np.float64), half_n[used].astype(np.float64)
    total = n.sum(axis=1)
    mean = np.einsum("nh,nhd->nd", n / total[:, None], x)
    scatter = (x[:, 0] - x[:, 1]) ** 2 / (1 / n[:, 0] + 1 / n[:, 1])[:, None]
    scale = scatter.mean(axis=0) if within is None else within
    live = scale > 1e-12
    if not live.any():
        return None
    mean, scatter, scale = mean[:, live], scatter[:, live], scale[live]
    point = _ratio(mean / np.sqrt(scale), (scatter / scale).mean(axis=1), total, np.ones((1, k)))[0]
    draws = rng.multinomial(k, np.full(k, 1 / k), size=rounds).astype(float)
    sampled = _ratio(mean / np.sqrt(scale), (scatter / scale).mean(axis=1), total, draws)
    low, high = np.quantile(sampled, [0.05, 0.95])
    return VarianceRatio(ratio=float(point), low=float(low), high=float(high), accounts=k)


def _ratio(mean: np.ndarray, scatter: np.ndarray, total: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """ANOVA estimate for each row of account weights (R, k): (F - 1) / n0, with F averaged over dimensions."""
    nw = weights * total
    sum_n = nw.sum(axis=1)
    center = nw @ mean / sum_n[:, None]
    second = nw @ (mean**2) - sum_n[:, None] * center**2
    count = weights.sum(axis=1)
    between = second.mean(axis=1) / np.maximum(count - 1, 1)
    within = np.maximum(weights @ scatter / count, 1e-12)
    n0 = (sum_n - (weights @ total**2) / sum_n) / np.maximum(count - 1, 1)
    ratio: np.ndarray = (between / within - 1) / np.maximum(n0, 1e-9)
    return ratio

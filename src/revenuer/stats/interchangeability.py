"""Interchangeability: how much does it tell about a request which account of a group sent it?

People differ: topics, hours and rates vary between accounts beyond the scatter within each. Workers of one operator draw from
one pool on one schedule, and the variance between them vanishes. The estimate is that of the one-way random-effects model with
unequal group sizes, from two halves of each account so that the scatter needs no model.
Source: Searle, Casella and McCulloch, Variance Components (1992), section 3.6 (ANOVA estimators for unbalanced data).
Assumptions: halves of an account are independent given the account. Not checked: trends inside an account.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenVariance:
    """`variance` between accounts, mean over dimensions, in units of `scale` (negative when noise makes it so);
    `low`, `high`: its bootstrap interval over accounts (level 0.9); `accounts`: how many entered."""

    variance: float
    low: float
    high: float
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Accounts observed in two halves: `mean` (N, D) in units of the scale, `squares` (N,) its squared length, `scatter` (N,)
    the mean square within, `total` (N,) observations; `used` (N,) whether both halves hold enough of them."""

    mean: np.ndarray
    squares: np.ndarray
    scatter: np.ndarray
    total: np.ndarray
    used: np.ndarray


def summarise_halves(
    half_mean: np.ndarray, half_n: np.ndarray, *, scale: np.ndarray, min_n: float = 2.0
) -> Halves:
    """Summarise `half_mean` (N, 2, D) with `half_n` (N, 2) observations behind each half.

    Accounts with fewer than `min_n` (> 0) in a half are not used. `scale` (D,) are variances by which the dimensions are divided
    first; a dimension of scale 0 is left out.
    """
    if half_mean.ndim != 3 or half_mean.shape[1] != 2 or half_n.shape != half_mean.shape[:2]:
        raise ValueError(f"expected (k, 2, D) and (k, 2), got {half_mean.shape} and {half_n.shape}")
    live = scale > 1e-12
    used = np.asarray((half_n >= min_n).all(axis=1))
    n = np.where(used[:, None], half_n, 1.0).astype(np.float64)
    x = half_mean[:, :, live] / np.sqrt(scale[live])
    total = n.sum(axis=1)
    mean = np.einsum("nh,nhd->nd", n / total[:, None], x)
    within = ((x[:, 0] - x[:, 1]) ** 2).mean(axis=1) if live.any() else np.zeros(len(x))
    return Halves(
        mean=mean,
        squares=np.einsum("kd,kd->k", mean, mean),
        scatter=within / (1 / n[:, 0] + 1 / n[:, 1]),
        total=total,
        used=used,
    )


def between_variance(
    halves: Halves, accounts: np.ndarray, *, rng: np.random.Generator, rounds: int = 100
) -> BetweenVariance | None:
    """Estimate the variance between those of `accounts` (row numbers) that are used; None with fewer than three of them."""
    rows = accounts[halves.used[accounts]]
    k = len(rows)
    if k < 3 or not halves.mean.shape[1]:
        return None
    group = (halves.mean[rows], halves.squares[rows], halves.scatter[rows], halves.total[rows])
    point = _between(*group, np.ones((1, k)))[0]
    draws = rng.multinomial(k, np.full(k, 1 / k), size=rounds).astype(float)
    low, high = np.quantile(_between(*group, draws), [0.05, 0.95])
    return BetweenVariance(variance=float(point), low=float(low), high=float(high), accounts=k)


def _between(
    mean: np.ndarray, squares: np.ndarray, scatter: np.ndarray, total: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return (between mean square - within mean square) / n0 for each row of account weights (R, k)."""
    nw = weights * total
    sum_n = nw.sum(axis=1)
    center = nw @ mean / sum_n[:, None]
    second = (nw @ squares - sum_n * np.einsum("rd,rd->r", center, center)) / mean.shape[1]
    count = weights.sum(axis=1)
    between = second / np.maximum(count - 1, 1)
    within = weights @ scatter / count
    n0 = (sum_n - (weights @ total**2) / sum_n) / np.maximum(count - 1, 1)
    estimate: np.ndarray = (between - within) / np.maximum(n0, 1e-9)
    return estimate

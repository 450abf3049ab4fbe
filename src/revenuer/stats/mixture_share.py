"""Estimates how much of a sample is foreign, given scores of the sample and of the population that it claims to come from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from revenuer.stats.intervals import clopper_pearson

_ONE_SIGMA = 0.6826894921370859


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignShare:
    """Share of a sample that is foreign, with bounds, and for each of its members the chance of being foreign.

    `share` is the largest violation less one standard error; `low` holds for any foreign source. `high` holds only if somewhere on the score scale the foreign source is practically absent;
    foreign members that imitate the reference perfectly are in neither. `posterior` is float64, one per member.
    """

    share: float
    low: float
    high: float
    posterior: npt.NDArray[np.float64]
    n: int
    confidence: float


def foreign_share(
    scores: npt.ArrayLike, reference_scores: npt.ArrayLike, *, confidence: float = 0.95, bins: int = 20
) -> ForeignShare:
    """Return how much of the sample behind `scores` (higher = less like the reference) the reference cannot explain.

    For every threshold t, P(score <= t) of the sample is at least (1 - share) times that of the reference; the share is bounded
    below by the largest violation, with exact binomial limits at `bins` / 2 thresholds (Bonferroni) for both. The posterior is
    1 - (1 - share) / ratio, the ratio of densities being made monotone in the score.
    Assumptions: scores of the sample were not fitted to their own members (cross-fitted); members are independent.
    Source: G. Blanchard, G. Lee, C. Scott, Semi-Supervised Novelty Detection, JMLR 11 (2010), section 4.
    """
    s, r = np.asarray(scores, dtype=np.float64), np.asarray(reference_scores, dtype=np.float64)
    if s.size == 0 or r.size < bins or np.isnan(s).any() or np.isnan(r).any():
        raise ValueError(
            f"expected scores without NaN and at least {bins} of the reference, got {s.size} and {r.size}"
        )
    edges = np.quantile(r, np.linspace(0.0, 1.0, bins + 1)[1:-1])
    thresholds = edges[bins // 4 : bins // 4 + bins // 2]
    # Bonferroni over the thresholds, and over the sample and the reference, whose shares are both estimates.
    exact = 1.0 - (1.0 - confidence) / (2 * thresholds.size)
    low, share, high = 0.0, 0.0, 0.0
    for t in thresholds:
        usual = clopper_pearson(int((r <= t).sum()), r.size, exact)
        seen = clopper_pearson(int((s <= t).sum()), s.size, exact)
        near = clopper_pearson(seen.successes, seen.n, _ONE_SIGMA)
        low = max(low, 1.0 - seen.high / usual.low)
        # The largest violation is biased upwards; one standard error is taken off before the largest is chosen.
        if (violation := 1.0 - near.high / usual.share) >= share:
            share, high = max(violation, 0.0), 1.0 - seen.low / usual.high
    share = max(share, low)
    high = min(1.0, max(high, share)) if share > 0.0 else _no_more_than(s, thresholds, r, exact)
    posterior = _posterior(s, r, edges, share)
    return ForeignShare(share=share, low=low, high=high, posterior=posterior, n=s.size, confidence=confidence)


def _no_more_than(
    s: npt.NDArray[np.float64],
    thresholds: npt.NDArray[np.float64],
    r: npt.NDArray[np.float64],
    confidence: float,
) -> float:
    """Return the smallest upper limit of the violations, for a sample that shows none."""
    limits = [
        1.0 - clopper_pearson(int((s <= t).sum()), s.size, confidence).low / float((r <= t).mean())
        for t in thresholds
    ]
    return min(1.0, max(0.0, min(limits)))


def _posterior(
    s: npt.NDArray[np.float64], r: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], share: float
) -> npt.NDArray[np.float64]:
    """Return 1 - (1 - share) / ratio for each score, bins above every reference score included."""
    bin_of_s, bin_of_r = np.searchsorted(edges, s), np.searchsorted(edges, r)
    sample = (np.bincount(bin_of_s, minlength=edges.size + 1) + 0.5) / (s.size + 0.5 * (edges.size + 1))
    reference = (np.bincount(bin_of_r, minlength=edges.size + 1) + 0.5) / (r.size + 0.5 * (edges.size + 1))
    ratio = np.maximum(isotonic_regression(sample / reference, weights=reference).x, 1e-12)
    return np.asarray(np.clip(1.0 - (1.0 - share) / ratio, 0.0, 1.0)[bin_of_s], dtype=np.float64)

"""p-values against a sample of the null, beyond its largest value too: the sample's own tail is carried on.

A p-value by rank is never below 1 / (n + 1); with thousands of hypotheses that is never enough. Beyond a high
quantile the excesses are taken to follow a generalised Pareto law (Pickands, Annals of Statistics 3, 1975)
whose shape is not allowed below 0: a tail that is lighter than exponential is treated as exponential.
"""

import numpy as np
import numpy.typing as npt

LEAST = 100
"""Fewer null values than this say nothing of a tail."""
SHARE = 0.05
MOST = 200
"""Null values that the tail is fitted to: at least 20, SHARE of all, at most this, so that a larger sample is
fitted further out."""


def tail_p_values(values: npt.ArrayLike, null: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the p-value of each of `values`: large is extreme. `null`: at least LEAST values without NaN.

    Up to a high quantile of `null` by rank as in stats/conformal.py; beyond it the larger of the rank (while
    there are larger null values) and the fitted tail. Shape and scale are by moments (Hosking and Wallis,
    Technometrics 29, 1987, section 3), the scale raised by two standard errors. Null values that do not
    belong there make p-values larger, not smaller. Assumptions: values are exchangeable with `null` under the
    null hypothesis, and beyond `null` the tail goes on as it began.
    """
    v, sample = np.asarray(values, np.float64), np.sort(np.asarray(null, np.float64), axis=None)
    n = sample.size
    if n < LEAST or np.isnan(v).any() or np.isnan(sample).any():
        raise ValueError(f"expected at least {LEAST} null values and no NaN, got {n}")
    k = int(min(max(SHARE * n, 20), MOST))
    start = sample[n - k - 1]
    excess = sample[n - k :] - start
    mean, spread = float(excess.mean()), float(excess.var())
    ratio = mean**2 / spread if spread > 0 else 1.0
    shape = max(0.0, 0.5 * (1 - ratio))
    scale = (mean if shape == 0 else 0.5 * mean * (1 + ratio)) * (1 + 2 / np.sqrt(k))
    by_rank = (1.0 + n - np.searchsorted(sample, v, side="left")) / (n + 1)
    beyond = np.maximum(v - start, 0.0) / max(scale, 1e-12)
    fitted = (k + 1) / (n + 1) * (np.exp(-beyond) if shape < 1e-9 else (1 + shape * beyond) ** (-1 / shape))
    inside = np.where(v <= sample[-1], np.maximum(fitted, by_rank), fitted)
    return np.asarray(np.where(v <= start, by_rank, inside), np.float64)


def bulk_p_values(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the p-value of each of `values` against their own bulk: large is extreme, and there is no other
    sample.

    An exponential law through the median and the 90 % quantile is carried on: p = 0.5 exp(-rate (value -
    median)), never under 0.5 below the median. Up to a tenth of the values may be foreign without touching
    it. Raises ValueError for fewer than LEAST values, or NaN. Assumptions: honest values have no heavier tail
    than exponential; half-normal ones have a lighter one. Source of the idea: Efron, Large-scale simultaneous
    hypothesis testing, JASA 99 (2004).
    """
    v = np.asarray(values, np.float64)
    if v.size < LEAST or np.isnan(v).any():
        raise ValueError(f"expected at least {LEAST} values and no NaN, got {v.size}")
    middle, high = np.quantile(v, [0.5, 0.9])
    rate = np.log(5.0) / max(float(high - middle), 1e-12)
    return np.asarray(0.5 * np.exp(-rate * np.maximum(v - middle, 0.0)), np.float64)

"""Intervals for a mean of few independent runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanInterval:
    """A mean with an interval of the given confidence, from `n` values; without ends where n is 1."""

    mean: float
    low: float | None
    high: float | None
    n: int
    confidence: float


def t_interval(values: Sequence[float], confidence: float = 0.95) -> MeanInterval:
    """Return Student's interval for the mean.

    Raises ValueError without values. Assumes independent values of a law that is near normal: with three of them the interval is wide
    (4.3 standard errors at 95 %), and honest only so far as that holds. Source: Student, Biometrika 6 (1908), 1-25.
    """
    n = len(values)
    if not n or not 0.0 < confidence < 1.0:
        raise ValueError(f"expected values and a confidence between 0 and 1, got {n} values and {confidence}")
    mean = float(np.mean(values))
    if n == 1:
        return MeanInterval(mean=mean, low=None, high=None, n=n, confidence=confidence)
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return MeanInterval(mean=mean, low=mean - half, high=mean + half, n=n, confidence=confidence)

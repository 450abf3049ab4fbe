"""Intervals for a share: how many of n, with what uncertainty."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareInterval:
    """An estimated share with an interval of the given confidence, from `successes` of `n`."""

    share: float
    low: float
    high: float
    successes: int
    n: int
    confidence: float


def _check(successes: int, n: int, confidence: float) -> None:
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"expected 0 <= successes <= n and n > 0, got {successes} of {n}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"expected a confidence strictly between 0 and 1, got {confidence}")


def wilson(successes: int, n: int, confidence: float = 0.95) -> ShareInterval:
    """Return the score interval: close to the stated confidence on average, at any n. Assumes independent trials.

    Source: E. B. Wilson, JASA 22 (1927), 209-212.
    """
    _check(successes, n, confidence)
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * float(np.sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)))
    # At the ends the exact limits are 0 and 1; rounding would leave them at 1e-17.
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == n else middle + half
    return ShareInterval(share=p, low=low, high=high, successes=successes, n=n, confidence=confidence)


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> ShareInterval:
    """Return the exact interval: at least the stated confidence whatever the share. Assumes independent trials.

    Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934), 404-413.
    """
    _check(successes, n, confidence)
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(stats.beta.ppf(1.0 - tail, successes + 1, n - successes))
    return ShareInterval(
        share=successes / n, low=low, high=high, successes=successes, n=n, confidence=confidence
    )

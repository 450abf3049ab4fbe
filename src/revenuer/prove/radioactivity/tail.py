"""Tails of sums whose cumulant function is known exactly: valid p-values without any approximation."""

import math
from collections.abc import Callable

import numpy as np
from scipy import special

LN10 = math.log(10.0)
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
STEPS = 44


def log10_tail_bound(statistic: float, spread: float, cumulant: Callable[[float], float]) -> float:
    """Return log10 of min over tilts of E exp(tilt * S) / exp(tilt * statistic), which is at least P(S >= statistic): Chernoff's bound.

    It is a valid p-value whatever the law, about 0.4 + log10(z) above the true log10 p of a normal law at z. `spread`: the standard
    deviation of S, to begin the search with; any tilt gives a valid bound, the search only finds a good one.
    """
    if statistic <= 0.0 or spread <= 0.0:
        return 0.0

    def exponent(tilt: float) -> float:
        return cumulant(tilt) - tilt * statistic

    high = statistic / spread**2
    for _ in range(60):
        if exponent(2.0 * high) >= exponent(high):
            break
        high *= 2.0
    low, high = 0.0, 2.0 * high
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if exponent(left) <= exponent(right):
            high = right
        else:
            low = left
    return min(exponent((low + high) / 2.0) / LN10, 0.0)


TILTS = tuple(2.0**i for i in range(-4, 8))
"""Tilts over which a bet is spread evenly, fixed before anything is seen."""


def log10_bet(statistic: float, cumulant: Callable[[float], float]) -> float:
    """Return log10 of the mean over TILTS of exp(tilt * S - cumulant): a test martingale also where each row was chosen by what the rows before
    it drew, so that its inverse is a valid p-value there too. Source: J. Ville 1939; V. Vovk, R. Wang, Annals of Statistics 49 (2021)."""
    logs = [tilt * statistic - cumulant(tilt) for tilt in TILTS]
    return float((special.logsumexp(np.asarray(logs)) - math.log(len(TILTS))) / LN10)

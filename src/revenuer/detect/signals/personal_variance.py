"""How personal the accounts of a group are, against the population: the variance ratio that several signals share."""

import numpy as np

from revenuer.detect.group import Context
from revenuer.stats.interchangeability import VarianceRatio, variance_ratio

FLOOR = 0.003
"""Smallest relative ratio told apart from none: below it, sampling noise of a few thousand requests rules."""
MIN_ACCOUNTS = 4
_REFERENCE_ACCOUNTS = 1500


def relative_ratio(
    half_mean: np.ndarray, half_n: np.ndarray, accounts: np.ndarray, context: Context, min_n: float
) -> tuple[float, VarianceRatio] | None:
    """Return (group ratio / population ratio, the group's estimate); the first uses the middle of the group's interval.

    `half_mean` (N, 2, D) and `half_n` (N, 2) are over all accounts. None where fewer than MIN_ACCOUNTS can be measured.
    """
    rng = np.random.Generator(np.random.PCG64(context.seed))
    here = variance_ratio(half_mean[accounts], half_n[accounts], rng=rng, min_n=min_n)
    usable = np.flatnonzero((half_n >= min_n).all(axis=1))
    if here is None or here.accounts < MIN_ACCOUNTS or len(usable) < MIN_ACCOUNTS:
        return None
    if len(usable) > _REFERENCE_ACCOUNTS:
        usable = rng.choice(usable, _REFERENCE_ACCOUNTS, replace=False)
    there = variance_ratio(half_mean[usable], half_n[usable], rng=rng, min_n=min_n, rounds=2)
    if there is None or there.ratio <= 0:
        return None
    return max((here.ratio + here.high) / 2 / there.ratio, FLOOR), here

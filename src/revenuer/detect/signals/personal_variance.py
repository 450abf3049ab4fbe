"""How personal the accounts of a group are, against the population: the variance between accounts that several signals share."""

import numpy as np

from revenuer.detect.group import Context
from revenuer.stats.interchangeability import BetweenVariance, between_variance

FLOOR = 0.003
"""Smallest relative variance told apart from none: below it, sampling noise of a few thousand requests rules."""
MIN_ACCOUNTS = 4
REFERENCE_ACCOUNTS = 1500
PRIOR_ACCOUNTS = 3


def relative_variance(
    half_mean: np.ndarray, half_n: np.ndarray, accounts: np.ndarray, context: Context, min_n: float
) -> tuple[float, BetweenVariance] | None:
    """Return (variance between the group's accounts / that at large, the group's estimate).

    `half_mean` (N, 2, D) and `half_n` (N, 2) are over all accounts. Of the group's estimate the middle of its upper half
    interval is taken: a small group must not look more alike than it is. None where fewer than MIN_ACCOUNTS can be measured.
    """
    rng = np.random.Generator(np.random.PCG64(context.seed))
    usable = np.flatnonzero((half_n >= min_n).all(axis=1))
    if len(usable) > REFERENCE_ACCOUNTS:
        usable = rng.choice(usable, REFERENCE_ACCOUNTS, replace=False)
    scale = half_mean[usable].mean(axis=1).var(axis=0) if len(usable) else np.zeros(half_mean.shape[2])
    here = between_variance(half_mean[accounts], half_n[accounts], scale=scale, rng=rng, min_n=min_n)
    there = between_variance(half_mean[usable], half_n[usable], scale=scale, rng=rng, min_n=min_n, rounds=2)
    if here is None or there is None or here.accounts < MIN_ACCOUNTS or there.variance <= 0:
        return None
    return shrunk((here.variance + here.high) / 2 / there.variance, here.accounts), here


def shrunk(relative: float, accounts: int) -> float:
    """Return a relative spread pulled towards 1 as if PRIOR_ACCOUNTS more had been seen with the spread at large.

    Groups are chosen for being alike; the fewer accounts, the more of their likeness is that choice.
    """
    return (accounts * max(relative, FLOOR) + PRIOR_ACCOUNTS) / (accounts + PRIOR_ACCOUNTS)

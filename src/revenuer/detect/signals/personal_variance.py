"""How personal the accounts of a group are, against the population: the variance between accounts that several signals share."""

import numpy as np

from revenuer.detect.group import Context, Reference
from revenuer.stats.interchangeability import BetweenVariance, between_variance

FLOOR = 0.003
"""Smallest relative variance told apart from none: below it, sampling noise of a few thousand requests rules."""
MIN_ACCOUNTS = 4
PRIOR_ACCOUNTS = 3


def relative_variance(
    reference: Reference, accounts: np.ndarray, context: Context
) -> tuple[float, float, BetweenVariance] | None:
    """Return (variance between the group's accounts / that at large, how small it may be, the group's estimate).

    Of the group's estimate the middle of its upper half interval is taken: a small group must not look more alike than it
    is. None where fewer than MIN_ACCOUNTS can be measured.
    """
    here = between_variance(
        reference.halves, accounts, rng=np.random.Generator(np.random.PCG64(context.seed))
    )
    if here is None or here.accounts < MIN_ACCOUNTS or reference.variance <= 0:
        return None
    relative = shrunk((here.variance + here.high) / 2 / reference.variance, here.accounts)
    return relative, min(relative, max(here.low / reference.variance, FLOOR)), here


def shrunk(relative: float, accounts: int) -> float:
    """Return a relative spread pulled towards 1 as if PRIOR_ACCOUNTS more had been seen with the spread at large.

    Groups are chosen for being alike; the fewer accounts, the more of their likeness is that choice.
    """
    return (accounts * max(relative, FLOOR) + PRIOR_ACCOUNTS) / (accounts + PRIOR_ACCOUNTS)

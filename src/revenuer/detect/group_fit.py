"""Says how much better one group's normal model (its mean, its spread, the account's own noise) explains each account than the
population's does, as a rank among strangers.

The readable form of what the kernel computes is in tests/differential/test_group_fit.py.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from revenuer.detect.cluster import MIN_GROUP
from revenuer.detect.link import AccountSpace

MIN_OBSERVATIONS = 2
MIN_SPREAD = 0.02
"""Least spread between a group's accounts, as a share of the population's: a group of few must not look tighter than it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSpace:
    """A space made ready for many groups, in units in which accounts at large have variance 1 in every dimension.

    `at` (N, K); account i's own mean has the variances `noise`[i] * `unit` (K,); `known` (N,) whether it has observations
    enough; `at_large` (N,) -2 log likelihood under the population (less a constant)."""

    at: np.ndarray
    noise: np.ndarray
    unit: np.ndarray
    known: np.ndarray
    at_large: np.ndarray

    @classmethod
    def build(cls, space: AccountSpace) -> "FitSpace":
        """Prepare `space`; without a model nobody is known in it."""
        known = (space.n >= MIN_OBSERVATIONS) & (space.model is not None)
        unit = np.zeros(0) if space.model is None else 1 / space.model.between
        at, noise = space.at * np.sqrt(unit), 1 / np.maximum(space.n, 1e-9)
        there = 1 + noise[:, None] * unit
        return cls(
            at=at,
            noise=noise,
            unit=unit,
            known=known,
            at_large=(np.log(there) + at**2 / there).sum(axis=1),
        )


def log10_ratio(space: FitSpace, members: np.ndarray, of: np.ndarray) -> np.ndarray | None:
    """Return log10 p(account | group) / p(account | population) of each of the accounts `of` (sorted codes); 0 for one not known.

    A member is compared with the others: its own part is taken out of the mean, or few members would each vouch for themselves.
    None where too few members are known.
    """
    inside = members[space.known[members]]
    if len(inside) < MIN_GROUP:
        return None
    noise = space.noise[inside][:, None] * space.unit
    at = space.at[inside]
    weight = 1 / (noise + 0.05)
    whole = weight.sum(axis=0)
    center = (weight * at).sum(axis=0) / whole
    left = np.maximum(1 - weight / whole, 0.05)
    spread = np.clip(((at - center) ** 2 / left - noise).mean(axis=0), MIN_SPREAD, 1.0)
    score = np.zeros(len(of))
    _log10_ratios(
        space.at, space.noise, space.unit, space.at_large, space.known, center, spread, whole, of,
        np.isin(of, inside, assume_unique=True), score,
    )  # fmt: skip
    return score


def rank_among(score: np.ndarray, stranger: np.ndarray) -> np.ndarray:
    """Return -log10 of the share of strangers, those that `stranger` (n,) marks, that reach each `score` (n,)."""
    above = np.empty(len(score))
    _count_above(score, stranger, np.argsort(score), above)
    return np.asarray(-np.log10(above / (int(stranger.sum()) + 1)))


@njit(cache=True, nogil=True)
def _count_above(score: np.ndarray, stranger: np.ndarray, ascending: np.ndarray, above: np.ndarray) -> None:
    """Write 1 + the number of strangers that score as high as each into `above`; equal scores count for each other."""
    count, high = 1.0, len(ascending)
    while high > 0:
        low = high - 1
        count += stranger[ascending[low]]
        while low > 0 and score[ascending[low - 1]] == score[ascending[high - 1]]:
            low -= 1
            count += stranger[ascending[low]]
        for place in range(low, high):
            above[ascending[place]] = count
        high = low


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _log10_ratios(
    at: np.ndarray,
    noise: np.ndarray,
    unit: np.ndarray,
    at_large: np.ndarray,
    known: np.ndarray,
    center: np.ndarray,
    spread: np.ndarray,
    whole: np.ndarray,
    of: np.ndarray,
    member: np.ndarray,
    score: np.ndarray,
) -> None:
    """Write the scores of the accounts `of`, of which `member` marks the group's, into `score`.

    One logarithm an account: the product of 48 variances in these units lies between 0.02^48 and 10^282, since no
    dimension of a model has a variance under 10^-6 (stats/two_covariance.py).
    """
    to_log10 = -0.5 / np.log(10.0)
    outer = spread + 1 / whole
    for place in range(len(of)):
        i = of[place]
        if not known[i]:
            continue
        if member[place]:
            product, squares = _left_out(at[i], noise[i], unit, center, spread, whole)
        else:
            product, squares = _outside(at[i], noise[i], unit, center, outer)
        score[place] = to_log10 * (np.log(product) + squares - at_large[i])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _outside(
    at: np.ndarray, noise: float, unit: np.ndarray, center: np.ndarray, spread: np.ndarray
) -> tuple[float, float]:
    """Return (product of the variances, sum of squares over them) of a stranger to the group. No branch: this loop is most of the work."""
    product, squares = 1.0, 0.0
    for k in range(len(at)):
        here = spread[k] + noise * unit[k]
        distance = at[k] - center[k]
        product *= here
        squares += distance * distance / here
    return product, squares


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _left_out(
    at: np.ndarray, noise: float, unit: np.ndarray, center: np.ndarray, spread: np.ndarray, whole: np.ndarray
) -> tuple[float, float]:
    """Return the same of a member, with its own part taken out of the mean."""
    product, squares = 1.0, 0.0
    for k in range(len(at)):
        own = noise * unit[k]
        rest = max(whole[k] - 1 / (own + 0.05), 0.05 * whole[k])
        here = spread[k] + 1 / rest + own
        distance = (at[k] - center[k]) * whole[k] / rest
        product *= here
        squares += distance * distance / here
    return product, squares

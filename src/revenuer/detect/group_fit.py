"""Scores every account under one group's normal model (its mean, its spread, the account's own noise) against the population's.

The readable form of what the kernel computes is in tests/differential/test_membership.py.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from revenuer.detect.cluster import MIN_GROUP
from revenuer.detect.link import AccountSpace

MIN_OBSERVATIONS = 2
MIN_SPREAD = 0.02
"""Least spread between a group's accounts, as a share of the population's: a group of few must not look tighter than it is."""
NULL_ACCOUNTS = 10_000
"""Accounts that chance is read off. In a larger log a fixed sample of so many: its tail still reaches 10^-4, beyond any cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSpace:
    """A space made ready for many groups, in units in which accounts at large have variance 1 in every dimension.

    `at` (N, K); account i's own mean has the variances `noise`[i] * `unit` (K,); `known` (N,) whether it has observations
    enough; `at_large` (N,) -2 log likelihood under the population (less a constant); `null` the codes of known
    accounts that chance is read off."""

    at: np.ndarray
    noise: np.ndarray
    unit: np.ndarray
    known: np.ndarray
    at_large: np.ndarray
    null: np.ndarray

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
            null=_sample(np.flatnonzero(known)),
        )


def log10_fit(space: FitSpace, members: np.ndarray, of: np.ndarray, floor: float) -> np.ndarray:
    """Return log10 p(account | group) / p(account | population), at least `floor`, of the accounts `of`; 0 where unknown.

    No score exceeds -log10 of the share of accounts outside the group that score as high: real accounts crowd where a
    normal population would not, and a group in the crowd fits thousands of strangers.
    """
    inside = members[space.known[members]]
    if len(inside) < MIN_GROUP:
        return np.zeros(len(of))
    center, spread = _model(space, inside)
    score = np.zeros(len(space.known))
    wanted = space.known.copy()
    if len(of) < len(score):
        wanted[:] = False
        wanted[of] = space.known[of]
        wanted[space.null] = True
    _log10_ratios(space.at, space.noise, space.unit, space.at_large, center, spread, floor, wanted, score)
    outside = np.ones(len(score), bool)
    outside[members] = False
    return _explained_by_chance(score[of], score[space.null[outside[space.null]]])


def _model(space: FitSpace, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the group's mean and, with the mean's own error, its variances (K,) between accounts."""
    noise = space.noise[inside][:, None] * space.unit
    at = space.at[inside]
    weight = 1 / (noise + 0.05)
    whole = weight.sum(axis=0)
    center = (weight * at).sum(axis=0) / whole
    excess = ((at - center) ** 2 - noise).mean(axis=0)
    return center, np.clip(excess, MIN_SPREAD, 1.0) + 1 / whole


def _explained_by_chance(score: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Cut `score` at -log10 of the share of `null` that reaches it. Chance never cuts below 0, so only scores above are ranked."""
    high = np.flatnonzero(score > 0)
    ordered = np.sort(null[null > 0])
    above = len(ordered) - np.searchsorted(ordered, score[high], side="left") + 1
    score[high] = np.minimum(score[high], -np.log10(above / (len(null) + 1)))
    return score


def _sample(known: np.ndarray) -> np.ndarray:
    """Return all of `known`, or NULL_ACCOUNTS of them: always the same, so that every group meets the same strangers."""
    if len(known) <= NULL_ACCOUNTS:
        return known
    return np.sort(np.random.Generator(np.random.PCG64(0)).choice(known, NULL_ACCOUNTS, replace=False))


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _log10_ratios(
    at: np.ndarray,
    noise: np.ndarray,
    unit: np.ndarray,
    at_large: np.ndarray,
    center: np.ndarray,
    spread: np.ndarray,
    floor: float,
    wanted: np.ndarray,
    score: np.ndarray,
) -> None:
    """Write the scores of the accounts that the mask `wanted` (N,) names into `score` (N,).

    One logarithm an account: the product of 48 variances in these units lies between 0.02^48 and 10^282, since no
    dimension of a model has a variance under 10^-6 (stats/two_covariance.py).
    """
    to_log10 = -0.5 / np.log(10.0)
    for i in range(at.shape[0]):
        if not wanted[i]:
            continue
        product, squares = 1.0, 0.0
        for k in range(at.shape[1]):
            here = spread[k] + noise[i] * unit[k]
            distance = at[i, k] - center[k]
            product *= here
            squares += distance * distance / here
        score[i] = max(floor, to_log10 * (np.log(product) + squares - at_large[i]))

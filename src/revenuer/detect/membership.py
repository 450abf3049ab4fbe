"""Says of every account how much better a group explains it than the population does, and settles who belongs.

Content and rhythm are scored under the group's own normal model (its mean, its spread, the account's own noise) against the
population's; a shared family and shared rare identity values add to that.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.cluster import MIN_GROUP, Candidate
from revenuer.detect.families import Family
from revenuer.detect.identity import KINDS_OF_VALUE, MAX_WEIGHT, Identity
from revenuer.detect.link import CAPS, FLOORS, AccountSpace
from revenuer.detect.replay import Replay

KEEP = 0.5
"""log10 odds over which a proposed member stays in its group."""
ROUNDS = 3
MOST_JOINING = 3
SURE = 1.3
"""log10 of how far the prior odds must be beaten: twenty to one for the group, given its size."""
SAME_FAMILY = 0.6
MIN_SPREAD = 0.02
"""Least spread between a group's accounts, as a share of the population's: a group of few must not look tighter than it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """Everything that says 'same operator' of accounts, in one place."""

    content: AccountSpace
    scattered: AccountSpace
    behavior: AccountSpace
    identity: Identity
    replay: Replay
    families: tuple[Family, ...]
    size: int


def settle(candidate: Candidate, linkage: Linkage) -> tuple[np.ndarray, np.ndarray]:
    """Return (accounts, log10 odds of each) of the candidate after outsiders are dropped and insiders are found.

    While the group takes shape, members stay who fit at all, and others join who beat the prior odds of a random account.
    A group that would grow MOST_JOINING-fold is no tighter than the crowd around it, and nobody joins; nor does
    anyone join a family or a replay whose mark it does not carry. At the end every member must beat the prior odds by SURE: nobody is named for being near.
    """
    members = candidate.accounts
    proposed = np.zeros(linkage.size, bool)
    proposed[members] = True
    for _ in range(ROUNDS):
        score = membership(members, linkage, candidate.family or _common_family(members, linkage))
        staying = np.flatnonzero(proposed & (score > KEEP))
        joining = np.flatnonzero(~proposed & (score > SURE + _prior_odds(members, linkage)))
        grows = candidate.origin == "graph" and len(joining) <= MOST_JOINING * len(staying)
        settled = np.union1d(staying, joining) if grows else staying
        if len(settled) < MIN_GROUP or np.array_equal(settled, members):
            break
        members = settled
    if len(members) < MIN_GROUP:
        return members, np.zeros(len(members))
    score = membership(members, linkage, candidate.family or _common_family(members, linkage))
    sure = members[score[members] > SURE + _prior_odds(members, linkage)]
    return sure, score[sure]


def _prior_odds(members: np.ndarray, linkage: Linkage) -> float:
    """Return log10 of the odds against a random account being one of so many."""
    return float(np.log10(linkage.size / len(members)))


def _common_family(members: np.ndarray, linkage: Linkage) -> Family | None:
    """Return the family whose accounts are nearly the members (Jaccard index over SAME_FAMILY), the best of them."""
    best, found = SAME_FAMILY, None
    for family in linkage.families:
        both = len(np.intersect1d(family.accounts, members, assume_unique=True))
        overlap = both / (len(family.accounts) + len(members) - both)
        if overlap > best:
            best, found = overlap, family
    return found


def membership(members: np.ndarray, linkage: Linkage, family: Family | None) -> np.ndarray:
    """Return log10 odds (N,) that each account belongs to the group `members` rather than to the population."""
    content = np.maximum(_fit(linkage.content, members), _fit(linkage.scattered, members))
    score = np.clip(content, FLOORS[0], CAPS[0])
    score += np.clip(_fit(linkage.behavior, members), FLOORS[1], CAPS[1])
    score += np.minimum(shared_identity(members, linkage.identity, linkage.size), CAPS[2])
    if family is not None:
        support = np.zeros(linkage.size)
        support[family.accounts] = family.support
        typical = float(np.median(support[members]))
        gain = min(float(np.log10(linkage.size / family.reach)), CAPS[3])
        score += np.where(support > 0.25 * typical, gain, -2.0 * typical)
    linked = np.zeros(linkage.size, bool)
    inside = np.isin(linkage.replay.source, members)
    linked[linkage.replay.target[inside]] = True
    inside = np.isin(linkage.replay.target, members)
    linked[linkage.replay.source[inside]] = True
    return np.asarray(score + np.where(linked, CAPS[4], -2.0 * linked[members].mean()))


def _fit(space: AccountSpace, members: np.ndarray) -> np.ndarray:
    """Return log10 p(account | group) / p(account | population) for every account of `space`; 0 where it knows nothing."""
    score = np.zeros(len(space.n))
    inside = members[space.n[members] >= 2]
    if space.model is None or len(inside) < MIN_GROUP:
        return score
    noise = 1 / np.maximum(space.n, 1e-9)[:, None]
    weight = 1 / (noise[inside] + 0.05 * space.model.between)
    center = (weight * space.at[inside]).sum(axis=0) / weight.sum(axis=0)
    excess = ((space.at[inside] - center) ** 2 - noise[inside]).mean(axis=0)
    spread = np.clip(excess, MIN_SPREAD * space.model.between, space.model.between)
    center_error = 1 / weight.sum(axis=0)
    here = spread + center_error + noise
    there = space.model.between + noise
    log_ratio = -0.5 * (np.log(here / there) + (space.at - center) ** 2 / here - space.at**2 / there).sum(
        axis=1
    )
    known = space.n >= 2
    score[known] = log_ratio[known] / np.log(10)
    return _explained_by_chance(score, known, members)


def _explained_by_chance(score: np.ndarray, known: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Cut scores to -log10 of the share of accounts outside the group that score as high.

    Real accounts crowd where a normal population would not: a group in the crowd fits thousands of strangers.
    """
    outside = known.copy()
    outside[members] = False
    null = np.sort(score[outside])
    above = (len(null) - np.searchsorted(null, score, side="left") + 1) / (len(null) + 1)
    return np.where(known, np.minimum(score, -np.log10(above)), 0.0)


def shared_identity(members: np.ndarray, identity: Identity, size: int) -> np.ndarray:
    """Return (N,) log10 odds from identity values that each account shares with other members.

    A value that h accounts hold, m of them (other) members of a group of g, is (m / g) / (h / N) times as likely in the
    group as at large. Values of one kind (network, client) tell the same story: of a kind the best counts.
    """
    inside = np.zeros(size, bool)
    inside[members] = True
    score = np.zeros(size)
    for kind in KINDS_OF_VALUE:
        best = np.zeros(size)
        for attribute in kind:
            if attribute not in identity.values:
                continue
            account, value, holders = identity.values[attribute]
            held = np.bincount(value, inside[account].astype(float))[value] - inside[account]
            odds = np.log10(size * np.maximum(held, 1e-9) / (len(members) * holders))
            np.maximum.at(best, account, np.where(held > 0, np.clip(odds, 0, MAX_WEIGHT[attribute]), 0))
        score += best
    return score

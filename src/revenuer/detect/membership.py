"""Says of every account how much better a group explains it than the population does, and settles who belongs.

Content and rhythm are scored under the group's own normal model (its mean, its spread, the account's own noise) against the
population's; a shared family and shared rare identity values add to that.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from revenuer.detect.cluster import MIN_GROUP, Candidate
from revenuer.detect.families import Family
from revenuer.detect.family_overlap import FamilyOverlap
from revenuer.detect.group_fit import FitSpace, log10_fit
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


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """Everything that says 'same operator' of accounts, in one place."""

    content: AccountSpace
    scattered: AccountSpace
    behavior: AccountSpace
    identity: Identity
    replay: Replay
    families: tuple[Family, ...]
    size: int

    @cached_property
    def fits(self) -> tuple[FitSpace, FitSpace, FitSpace]:
        """`content`, `scattered` and `behavior`, made ready to score groups; made when first asked for."""
        return FitSpace.build(self.content), FitSpace.build(self.scattered), FitSpace.build(self.behavior)

    @cached_property
    def overlap(self) -> FamilyOverlap:
        """`families` by account; made when first asked for."""
        return FamilyOverlap.build(self.families, self.size)


def settle(candidate: Candidate, linkage: Linkage) -> tuple[np.ndarray, np.ndarray]:
    """Return (accounts, log10 odds of each) of the candidate after outsiders are dropped and insiders are found.

    While the group takes shape, members stay who fit at all, and others join who beat the prior odds of a random account.
    A group that would grow MOST_JOINING-fold is no tighter than the crowd around it, and nobody joins; nor does
    anyone join a family or a replay whose mark it does not carry. At the end every member must beat the prior odds by SURE: nobody is named for being near.
    """
    members = candidate.accounts
    proposed = np.zeros(linkage.size, bool)
    proposed[members] = True
    grows = candidate.origin == "graph"
    score = _score(members, linkage, candidate)
    for _ in range(ROUNDS):
        settled = np.flatnonzero(proposed & (score > KEEP))
        joining = np.flatnonzero(~proposed & (score > SURE + _prior_odds(members, linkage)))
        if grows and len(joining) <= MOST_JOINING * len(settled):
            settled = np.union1d(settled, joining)
        if len(settled) < MIN_GROUP or np.array_equal(settled, members):
            break
        members = settled
        score = _score(members, linkage, candidate)
    sure = members[score[members] > SURE + _prior_odds(members, linkage)]
    return sure, score[sure]


def _score(members: np.ndarray, linkage: Linkage, candidate: Candidate) -> np.ndarray:
    """Return (N,) log10 odds of the candidate's accounts, and of all who may join; the others' are -inf."""
    family = candidate.family or _common_family(members, linkage)
    least = SURE + _prior_odds(members, linkage) if candidate.origin == "graph" else np.inf
    of = np.union1d(candidate.accounts, members)
    return membership(members, linkage, family, of=of, least=least)


def _prior_odds(members: np.ndarray, linkage: Linkage) -> float:
    """Return log10 of the odds against a random account being one of so many."""
    return float(np.log10(linkage.size / len(members)))


def _common_family(members: np.ndarray, linkage: Linkage) -> Family | None:
    """Return the family whose accounts are nearly the members (Jaccard index over SAME_FAMILY), the best of them."""
    if not linkage.families:
        return None
    both, _ = linkage.overlap.of(members)
    overlap = both / (linkage.overlap.sizes + len(members) - both)
    best = int(overlap.argmax())
    return linkage.families[best] if overlap[best] > SAME_FAMILY else None


def membership(
    members: np.ndarray,
    linkage: Linkage,
    family: Family | None,
    *,
    of: np.ndarray | None = None,
    least: float = np.inf,
) -> np.ndarray:
    """Return (N,) log10 odds that each account belongs to the group `members` rather than to the population.

    Scored are the accounts `of` (None: all) and others whose marks and rhythm let them reach `least`; the odds of the rest are -inf.
    """
    everyone = np.arange(linkage.size)
    of = everyone if of is None else of
    content, scattered, behavior = linkage.fits
    scored = of if least == np.inf else everyone
    partial = _marks(members, linkage, family)[scored]
    partial += np.minimum(log10_fit(behavior, members, scored, FLOORS[1]), CAPS[1])
    kept = (partial + CAPS[0] > least) | np.isin(scored, of)
    scored = scored[kept]
    wording = np.maximum(
        log10_fit(content, members, scored, FLOORS[0]), log10_fit(scattered, members, scored, FLOORS[0])
    )
    score = np.full(linkage.size, -np.inf)
    score[scored] = partial[kept] + np.minimum(wording, CAPS[0])
    return score


def _marks(members: np.ndarray, linkage: Linkage, family: Family | None) -> np.ndarray:
    """Return (N,) log10 odds from what an account either carries or does not: identity values, the family, replays."""
    score = np.minimum(shared_identity(members, linkage.identity, linkage.size), CAPS[2])
    if family is not None:
        support = np.zeros(linkage.size)
        support[family.accounts] = family.support
        typical = float(np.median(support[members]))
        gain = min(float(np.log10(linkage.size / family.reach)), CAPS[3])
        score += np.where(support > 0.25 * typical, gain, -2.0 * typical)
    linked = _linked(members, linkage)
    score += np.where(linked, CAPS[4], -2.0 * linked[members].mean())
    return np.asarray(score)


def _linked(members: np.ndarray, linkage: Linkage) -> np.ndarray:
    """Return (N,) bool: accounts that replay a signature of a member, or of which a member replays one."""
    inside, linked = np.zeros(linkage.size, bool), np.zeros(linkage.size, bool)
    inside[members] = True
    replay = linkage.replay
    linked[replay.target[inside[replay.source]]] = True
    linked[replay.source[inside[replay.target]]] = True
    return linked


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
            if attribute in identity.holders:
                identity.holders[attribute].raise_sharers(best, inside, members, MAX_WEIGHT[attribute])
        score += best
    return score

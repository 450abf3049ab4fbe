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
    grows = candidate.origin == "graph"
    of = np.arange(linkage.size) if grows else candidate.accounts
    proposed = np.isin(of, candidate.accounts)
    members = candidate.accounts
    score = membership(members, linkage, candidate.family or _common_family(members, linkage), of)
    for _ in range(ROUNDS):
        settled = of[proposed & (score > KEEP)]
        joining = of[~proposed & (score > SURE + _prior_odds(members, linkage))]
        if grows and len(joining) <= MOST_JOINING * len(settled):
            settled = np.union1d(settled, joining)
        if len(settled) < MIN_GROUP or np.array_equal(settled, members):
            break
        members = settled
        score = membership(members, linkage, candidate.family or _common_family(members, linkage), of)
    odds = score[np.searchsorted(of, members)]
    sure = odds > SURE + _prior_odds(members, linkage)
    return members[sure], odds[sure]


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
    members: np.ndarray, linkage: Linkage, family: Family | None, of: np.ndarray | None = None
) -> np.ndarray:
    """Return log10 odds that each of the accounts `of` (all N where None) belongs to the group `members` rather than to the
    population."""
    of = np.arange(linkage.size) if of is None else of
    content, scattered, behavior = linkage.fits
    wording = np.maximum(
        log10_fit(content, members, of, FLOORS[0]), log10_fit(scattered, members, of, FLOORS[0])
    )
    score: np.ndarray = np.minimum(wording, CAPS[0])
    score += np.minimum(log10_fit(behavior, members, of, FLOORS[1]), CAPS[1])
    score += np.minimum(shared_identity(members, linkage.identity, linkage.size)[of], CAPS[2])
    if family is not None:
        support = np.zeros(linkage.size)
        support[family.accounts] = family.support
        typical = float(np.median(support[members]))
        gain = min(float(np.log10(linkage.size / family.reach)), CAPS[3])
        score += np.where(support[of] > 0.25 * typical, gain, -2.0 * typical)
    linked = _linked(members, linkage)
    score += np.where(linked[of], CAPS[4], -2.0 * linked[members].mean())
    return score


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

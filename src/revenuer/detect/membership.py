"""Says of every account how well it fits a group, counts the strangers that would fit as well, and settles who belongs.

An account's fit is ranked among accounts outside the group: in wording, in wording outside its own topics, and in rhythm. For a
stranger such a rank is uniform, so the number of strangers over any level is known without a model of honest people; what shared
identity, a family or a replay add is added to strangers as well. A group is cut where its members outnumber the strangers that
must be expected: Fisher's sum of ranks (Statistical Methods for Research Workers, 1932), the expected share of false members as in
Efron, Large-Scale Inference (2010), chapter 2.
Assumption: wording and rhythm of a stranger are independent. A class or an office breaks it: its few are set aside as guests
(detect/look_alikes.py), its many part from the group at the seam (detect/seam.py), and what is left is for `judge` to clear.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from revenuer.detect.cluster import MIN_GROUP, Candidate
from revenuer.detect.families import Family
from revenuer.detect.family_overlap import FamilyOverlap
from revenuer.detect.group_fit import FitSpace, log10_ratio, rank_among
from revenuer.detect.identity import KINDS_OF_VALUE, MAX_WEIGHT, Identity
from revenuer.detect.link import CAPS, KINDS, AccountSpace
from revenuer.detect.peer_claims import Claimed
from revenuer.detect.replay import Replay

STAYING = (0.3, 0.2, 0.1, 0.05)
"""Expected share of strangers among the members that is suffered while the group takes shape, round by round."""
JOINING = 0.02
"""Expected share of strangers at the level over which accounts join that were not proposed."""
SURE = 0.03
"""Expected share of strangers among those who are named. It counts high: siblings not yet found pass for strangers."""
SCATTERED_WEIGHT = 0.5
RHYTHM_WEIGHT = 0.5
IDENTITY_WEIGHT = 0.5
"""Wording says most: covers differ in what lies outside a person's topics, and people keep alike hours."""
NULL_ACCOUNTS = 10_000
"""Accounts that chance is read off. In a larger log a fixed sample of so many: its tail still reaches 10^-4."""
LEVELS = np.arange(0.5, 12.0, 0.1)
NO_LEVEL = 99.0
SAME_FAMILY = 0.6


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """Everything that says 'same operator' of accounts, in one place. `source`, `target`: pairs that were scored at all."""

    content: AccountSpace
    scattered: AccountSpace
    behavior: AccountSpace
    identity: Identity
    replay: Replay
    families: tuple[Family, ...]
    size: int
    source: np.ndarray
    target: np.ndarray
    claimed: tuple[Claimed, ...] = ()

    @cached_property
    def fits(self) -> tuple[FitSpace, FitSpace, FitSpace]:
        """`content`, `scattered` and `behavior`, made ready to score groups; made when first asked for."""
        return FitSpace.build(self.content), FitSpace.build(self.scattered), FitSpace.build(self.behavior)

    @cached_property
    def overlap(self) -> FamilyOverlap:
        """`families` by account; made when first asked for."""
        return FamilyOverlap.build(self.families, self.size)

    @cached_property
    def strangers(self) -> np.ndarray:
        """Codes of the accounts that chance is read off: always the same, so that every group meets the same strangers."""
        if self.size <= NULL_ACCOUNTS:
            return np.arange(self.size)
        rng = np.random.Generator(np.random.PCG64(0))
        return np.sort(rng.choice(self.size, NULL_ACCOUNTS, replace=False))

    @cached_property
    def _partners(self) -> sparse.csr_array:
        ends = (np.concatenate([self.source, self.target]), np.concatenate([self.target, self.source]))
        return sparse.csr_array((np.ones(len(ends[0]), bool), ends), shape=(self.size, self.size))

    def near(self, members: np.ndarray) -> np.ndarray:
        """Return the accounts worth scoring against `members`, sorted: they, the strangers, and who was paired with one of them.

        All, where the strangers are all.
        """
        if len(self.strangers) == self.size:
            return self.strangers
        near = np.zeros(self.size, bool)
        near[members] = near[self.strangers] = near[self._partners[members].indices] = True
        return np.flatnonzero(near)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`score` of each of `accounts` (sorted codes, those that something brings near) against a group, whose members `inside` marks;
    `ordered`, the scores ascending; `expected` strangers over each of LEVELS."""

    accounts: np.ndarray
    score: np.ndarray
    inside: np.ndarray
    ordered: np.ndarray
    expected: np.ndarray

    def of(self, accounts: np.ndarray) -> np.ndarray:
        """Return the scores of `accounts`, -inf for one that nothing brings near."""
        place = np.minimum(np.searchsorted(self.accounts, accounts), len(self.accounts) - 1)
        return np.where(self.accounts[place] == accounts, self.score[place], -np.inf)

    def level(self, share: float) -> float:
        """Return the lowest score over which at most `share` of the accounts are expected to be strangers."""
        reached = len(self.ordered) - np.searchsorted(self.ordered, LEVELS, side="left")
        enough = self.expected <= share * reached
        return float(LEVELS[enough.argmax()]) if enough.any() else NO_LEVEL

    def odds(self, score: np.ndarray) -> np.ndarray:
        """Return log10 of how many accounts reach each `score` for every stranger expected to."""
        reached = len(self.ordered) - np.searchsorted(self.ordered, score, side="left")
        expected = np.interp(score, LEVELS, np.log10(np.maximum(self.expected, 1e-12)))
        return np.asarray(np.log10(reached) - expected)


def settle(candidate: Candidate, linkage: Linkage) -> tuple[np.ndarray, np.ndarray]:
    """Return (accounts, log10 odds of each) of the candidate after outsiders are dropped and insiders are found.

    Round by round fewer strangers are suffered. Nobody joins a family or a replay whose mark it does not carry, and nobody at all
    where a round would double the group: it is then no tighter than the crowd around it.
    """
    members = candidate.accounts
    found = likeness(members, linkage, candidate.family or _common_family(members, linkage))
    for share in STAYING if candidate.origin == "graph" else ():
        staying = found.accounts[found.inside & (found.score >= found.level(share))]
        joining = found.accounts[~found.inside & (found.score >= found.level(JOINING))]
        settled = np.union1d(staying, joining) if len(joining) <= len(staying) else staying
        if len(settled) < MIN_GROUP:
            return settled, np.zeros(len(settled))
        if not np.array_equal(settled, members):
            members = settled
            found = likeness(members, linkage, _common_family(members, linkage))
    sure = found.inside & (found.score >= found.level(SURE))
    return found.accounts[sure], found.odds(found.score[sure])


def _common_family(members: np.ndarray, linkage: Linkage) -> Family | None:
    """Return the family whose accounts are nearly the members (Jaccard index over SAME_FAMILY), the best of them."""
    if not linkage.families:
        return None
    both, _ = linkage.overlap.of(members)
    overlap = both / (linkage.overlap.sizes + len(members) - both)
    best = int(overlap.argmax())
    return linkage.families[best] if overlap[best] > SAME_FAMILY else None


def likeness(members: np.ndarray, linkage: Linkage, family: Family | None) -> Likeness:
    """Return how well the accounts that are near it fit the group `members` (sorted codes)."""
    near = linkage.near(members)
    inside = np.isin(near, members, assume_unique=True)
    stranger = np.isin(near, linkage.strangers, assume_unique=True) & ~inside
    added = _added(members, linkage, family, near, inside)
    score = added + _surprise(members, linkage, near, stranger)
    value, count = np.unique(np.round(added[stranger], 1), return_counts=True)
    share = (_by_chance(LEVELS[:, None] - value) * count).sum(axis=1) / max(int(stranger.sum()), 1)
    return Likeness(
        accounts=near,
        score=score,
        inside=inside,
        ordered=np.sort(score),
        expected=share * (linkage.size - len(members)),
    )


def _surprise(members: np.ndarray, linkage: Linkage, near: np.ndarray, stranger: np.ndarray) -> np.ndarray:
    """Return the weighted sum of ranks in wording and rhythm of each account in `near`; 0 for one of which nothing is known."""
    content, scattered, behavior = linkage.fits
    wording = _rank(log10_ratio(content, members, near), content.known[near], stranger)
    apart = _rank(log10_ratio(scattered, members, near), scattered.known[near], stranger)
    if apart.any():
        wording = _rank(wording + SCATTERED_WEIGHT * apart, content.known[near], stranger)
    rhythm = _rank(log10_ratio(behavior, members, near), behavior.known[near], stranger)
    return wording + RHYTHM_WEIGHT * rhythm


def _rank(score: np.ndarray | None, known: np.ndarray, stranger: np.ndarray) -> np.ndarray:
    rank = np.zeros(len(known))
    if score is not None:
        rank[known] = rank_among(score[known], stranger[known])
    return rank


def _by_chance(level: np.ndarray) -> np.ndarray:
    """Return the chance that a stranger's weighted sum of two independent ranks (weights 1 and RHYTHM_WEIGHT) reaches `level`."""
    level = np.maximum(level, 0.0)
    both = 10.0**-level - RHYTHM_WEIGHT * 10.0 ** (-level / RHYTHM_WEIGHT)
    return np.asarray(both / (1 - RHYTHM_WEIGHT))


def _added(
    members: np.ndarray, linkage: Linkage, family: Family | None, near: np.ndarray, inside: np.ndarray
) -> np.ndarray:
    """Return what shared identity, the family and replays add to the score of each account in `near`; `inside` marks the members."""
    identity = shared_identity(members, linkage.identity, linkage.size, near)
    added: np.ndarray = IDENTITY_WEIGHT * np.minimum(identity, CAPS[KINDS.index("identity")])
    if family is not None:
        place = np.minimum(np.searchsorted(family.accounts, near), len(family.accounts) - 1)
        support = np.where(family.accounts[place] == near, family.support[place], 0.0)
        typical = float(np.median(support[inside]))
        gain = min(float(np.log10(linkage.size / family.reach)), CAPS[KINDS.index("family")])
        added += np.where(support > 0.25 * typical, gain, -2.0 * typical)
    linked = _linked(members, linkage)[near]
    share = float(linked[inside].mean())
    if share > 0.5:
        added += np.where(linked, CAPS[KINDS.index("replay")], -2.0 * share)
    return np.asarray(added + _claimed(members, linkage, near, inside))


def _claimed(members: np.ndarray, linkage: Linkage, near: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return what the claim that most of the members carry adds: peers say which values belong together, so whoever holds one of them is so
    much more likely to belong."""
    best = np.zeros(len(near))
    for one in linkage.claimed:
        holds = np.isin(near, one.accounts)
        if inside.any() and holds[inside].mean() > 0.5:
            best = np.maximum(best, np.where(holds, one.log10_prior, 0.0))
    return best


def _linked(members: np.ndarray, linkage: Linkage) -> np.ndarray:
    """Return (N,) bool: accounts that replay a signature of a member, or of which a member replays one."""
    inside, linked = np.zeros(linkage.size, bool), np.zeros(linkage.size, bool)
    inside[members] = True
    replay = linkage.replay
    linked[replay.target[inside[replay.source]]] = True
    linked[replay.source[inside[replay.target]]] = True
    return linked


def shared_identity(members: np.ndarray, identity: Identity, size: int, of: np.ndarray) -> np.ndarray:
    """Return log10 odds of each of the accounts `of` from identity values that it shares with (other) members.

    A value that h accounts hold, m of them (other) members of a group of g, is (m / g) / (h / N) times as likely in the
    group as at large. Values of one kind (network, client) tell the same story: of a kind the best counts.
    """
    inside = np.zeros(size, bool)
    inside[members] = True
    score = np.zeros(len(of))
    for kind in KINDS_OF_VALUE:
        best = np.zeros(size)  # Untouched zeros cost nothing; sums over all accounts would.
        for attribute in kind:
            if attribute in identity.holders:
                identity.holders[attribute].raise_sharers(best, inside, members, MAX_WEIGHT[attribute])
        score += best[of]
    return score

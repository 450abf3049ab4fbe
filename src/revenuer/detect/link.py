"""Asks of pairs of accounts: same operator? From content, rhythm and tooling, identity, families and replays together.

Every pair that any of these proposes is scored on all of them. Whether the operator harvests is not asked here.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.account_behavior import Behavior
from revenuer.detect.account_content import Content
from revenuer.detect.families import Family
from revenuer.detect.identity import Identity
from revenuer.detect.population import Population
from revenuer.detect.replay import Replay
from revenuer.stats.nearest import nearest_rows
from revenuer.stats.two_covariance import TwoCovariance, fit_two_covariance, pair_log10_lr

KINDS = ("content", "behavior", "identity", "family", "replay", "intent")
CAPS = np.array([3.0, 2.5, 5.0, 2.5, 6.0, 1.5])
"""Most that one kind of link may add, in log10: no kind alone, but replay, reaches the prior odds of a random pair."""
FLOORS = np.array([-2.0, -0.5, 0.0, 0.0, 0.0, 0.0])
"""Least that one kind may count: siblings differ in rate and cover, so unlikeness says less than likeness."""
MIN_INTENT_SHARE = 0.05
MIN_INTENT_COUNT = 3
NEIGHBOURS = 20
FAMILY_NEIGHBOURS = 6
RANDOM_PAIRS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkGraph:
    """Scored pairs: `source` < `target` account codes (M,), `score` (M, 6) in log10 by KINDS, clipped to CAPS and FLOORS.

    `content`, `scattered`, `behavior`: where each account stands in the models behind the first two kinds; content is scored
    on all openings and on those that stand alone (detect/regions.py), and the better counts.
    """

    source: np.ndarray
    target: np.ndarray
    score: np.ndarray
    content: "AccountSpace"
    scattered: "AccountSpace"
    behavior: "AccountSpace"

    @property
    def total(self) -> np.ndarray:
        """Summed score of each pair, (M,)."""
        total: np.ndarray = self.score.sum(axis=1)
        return total


def link_accounts(
    population: Population,
    scattered: Content,
    behavior: Behavior,
    identity: Identity,
    families: list[Family],
    replay: Replay,
    rng: np.random.Generator,
) -> LinkGraph:
    """Return the scored pairs among all accounts."""
    size = population.size
    content_model = fit_two_covariance(population.content.half_mean, population.content.half_effective)
    behavior_model = fit_two_covariance(
        _standardised(behavior.half), behavior.days, min_n=2.0, dims=24, ridge=0.1
    )
    content = AccountSpace.build(content_model, population.content.mean, population.content.effective)
    scattered_model = fit_two_covariance(scattered.half_mean, scattered.half_effective, min_n=3.0)
    alone = AccountSpace.build(scattered_model, scattered.mean, scattered.effective)
    shape = AccountSpace.build(behavior_model, _mean_behavior(behavior), behavior.days.sum(axis=1))
    family_pairs = [_ring(family.accounts, rng) for family in families if len(family.accounts) <= 0.2 * size]
    elevated = [elevated_accounts(population, i) for i in range(population.intent_share.shape[1])]
    proposals = [
        content.neighbours(),
        alone.neighbours(),
        *(space.neighbours(inside) for inside in elevated for space in (content, alone, shape)),
        (identity.source, identity.target),
        (replay.source, replay.target),
        *family_pairs,
    ]
    key = np.unique(np.concatenate([_key(a, b, size) for a, b in proposals]))
    source, target = key // size, key % size
    score = np.zeros((len(key), len(KINDS)))
    score[:, 0] = np.maximum(
        content.calibrated_score(source, target, rng), alone.calibrated_score(source, target, rng)
    )
    score[:, 1] = shape.calibrated_score(source, target, rng)
    np.add.at(
        score[:, 2], np.searchsorted(key, _key(identity.source, identity.target, size)), identity.weight
    )
    for family, (a, b) in zip(
        (f for f in families if len(f.accounts) <= 0.2 * size), family_pairs, strict=True
    ):
        at = np.searchsorted(key, _key(a, b, size))
        score[at, 3] = np.maximum(score[at, 3], np.log10(size / len(family.accounts)))
    np.add.at(score[:, 4], np.searchsorted(key, _key(replay.source, replay.target, size)), 6.0)
    score[:, 5] = intent_score(population, elevated, source, target)
    return LinkGraph(
        source=source,
        target=target,
        score=np.clip(score, FLOORS, CAPS),
        content=content,
        scattered=alone,
        behavior=shape,
    )


def elevated_accounts(population: Population, intent: int) -> np.ndarray:
    """Return the codes of accounts of which a good part of the prompts reads as one intent."""
    share = population.intent_share[:, intent]
    count = share * population.prompts
    return np.flatnonzero((share >= MIN_INTENT_SHARE) & (count >= MIN_INTENT_COUNT))


def intent_score(
    population: Population, elevated: list[np.ndarray], source: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Return -log10 of the share of accounts that show the intent as strongly as the weaker of the two, best intent."""
    best = np.zeros(len(source))
    for intent, inside in enumerate(elevated):
        member = np.zeros(population.size, bool)
        member[inside] = True
        both = member[source] & member[target]
        share = population.intent_share[:, intent]
        ordered = np.sort(share[inside])
        weaker = np.minimum(share[source[both]], share[target[both]])
        above = len(ordered) - np.searchsorted(ordered, weaker, side="left") + 1
        best[both] = np.maximum(best[both], np.log10(population.size / above))
    return best


@dataclass(frozen=True, slots=True)
class AccountSpace:
    """Accounts in a two-covariance model's space: `at` (N, K), `n` (N,) observations behind each; `usable` are the codes
    with enough of them; `model` is None where there was too little to fit one."""

    model: TwoCovariance | None
    at: np.ndarray
    n: np.ndarray
    usable: np.ndarray

    @classmethod
    def build(cls, model: TwoCovariance | None, mean: np.ndarray, n: np.ndarray) -> "AccountSpace":
        if model is None:
            return cls(None, np.zeros((len(n), 0)), n, np.zeros(0, np.int64))
        return cls(model, model.project(mean), n, np.flatnonzero(n >= 5))

    def neighbours(self, among: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of each usable account (of those in `among`) with its nearest others."""
        chosen = self.usable if among is None else np.intersect1d(self.usable, among, assume_unique=True)
        if self.model is None or len(chosen) < 2:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        typical = 1 / np.median(self.n[chosen])
        scaled = self.at[chosen] / np.sqrt(typical + 0.1 * self.model.between)
        a, b = nearest_rows(scaled, NEIGHBOURS)
        return chosen[a], chosen[b]

    def score(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        if self.model is None or not len(a):
            return np.zeros(len(a))
        out = np.zeros(len(a))
        for low in range(0, len(a), 1 << 18):
            part = slice(low, low + (1 << 18))
            i, j = a[part], b[part]
            out[part] = pair_log10_lr(self.model, self.at[i], self.n[i], self.at[j], self.n[j])
        return out

    def calibrated_score(self, a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return scores that chance explains: at most -log10 of the share of random pairs that score as high.

        Real accounts crowd where a normal population would not, and raw ratios there are far too high.
        """
        score = self.score(a, b)
        if self.model is None or len(self.usable) < 2:
            return score
        i, j = rng.choice(self.usable, RANDOM_PAIRS), rng.choice(self.usable, RANDOM_PAIRS)
        null = np.sort(self.score(i[i != j], j[i != j]))
        above = (len(null) - np.searchsorted(null, score, side="left") + 1) / (len(null) + 1)
        calibrated: np.ndarray = np.minimum(score, -np.log10(above))
        return calibrated


def _standardised(half: np.ndarray) -> np.ndarray:
    scale = half.reshape(-1, half.shape[2]).std(axis=0)
    scaled: np.ndarray = half / np.where(scale > 1e-9, scale, 1.0)
    return scaled


def _mean_behavior(behavior: Behavior) -> np.ndarray:
    weight = behavior.days / np.maximum(behavior.days.sum(axis=1), 1)[:, None]
    mean: np.ndarray = np.einsum("nh,nhf->nf", weight, _standardised(behavior.half))
    return mean


def _ring(accounts: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Link each account of a family to FAMILY_NEIGHBOURS random others (a union of random rings)."""
    sources, targets = [], []
    for _ in range(FAMILY_NEIGHBOURS // 2):
        order = rng.permutation(accounts)
        sources.append(order)
        targets.append(np.roll(order, 1))
    return np.concatenate(sources), np.concatenate(targets)


def _key(a: np.ndarray, b: np.ndarray, size: int) -> np.ndarray:
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    key: np.ndarray = low * size + high
    return key

"""A candidate group and everything that signals may ask about it; and the log that it stands in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import pyarrow as pa

from revenuer.detect.account_behavior import Behavior
from revenuer.detect.account_content import Content
from revenuer.detect.families import Family
from revenuer.detect.family_overlap import FamilyOverlap
from revenuer.detect.identity import Identity
from revenuer.detect.population import Population
from revenuer.detect.replay import Replay
from revenuer.stats.interchangeability import Halves, between_variance, summarise_halves

REFERENCE_ACCOUNTS = 1500

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How much accounts at large differ in one respect: the `halves` of all accounts, and the `variance` between them."""

    halves: Halves
    variance: float

    @classmethod
    def build(cls, half_mean: np.ndarray, half_n: np.ndarray, min_n: float, seed: int) -> "Reference":
        """Measure `half_mean` (N, 2, D) with `half_n` (N, 2) observations, at least `min_n` in each half, of many accounts in a
        sample; `variance` is 0 where too few can be measured."""
        rng = np.random.Generator(np.random.PCG64(seed))
        usable = np.flatnonzero((half_n >= min_n).all(axis=1))
        if len(usable) > REFERENCE_ACCOUNTS:
            usable = rng.choice(usable, REFERENCE_ACCOUNTS, replace=False)
        dims = half_mean.shape[2]
        scale = half_mean[usable].mean(axis=1).var(axis=0) if len(usable) else np.zeros(dims)
        halves = summarise_halves(half_mean, half_n, scale=scale, min_n=min_n)
        there = between_variance(halves, usable, rng=rng, rounds=2)
        return cls(halves=halves, variance=0.0 if there is None else there.variance)


@dataclass(frozen=True, kw_only=True)
class Context:
    """The log around the groups: what is usual here. `scattered` describes accounts by their requests
    outside their own topics. `seed` makes every random choice repeatable."""

    population: Population
    scattered: Content
    behavior: Behavior
    identity: Identity
    replay: Replay
    families: tuple[Family, ...]
    columns_missing: frozenset[str]
    content_reference: Reference
    scattered_reference: Reference
    rhythm_reference: Reference
    seed: int
    _at_large: dict[Callable[["Context"], object], object] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def overlap(self) -> FamilyOverlap:
        """`families` by account; made when first asked for."""
        return FamilyOverlap.build(self.families, self.population.size)

    def at_large(self, measure: Callable[["Context"], T]) -> T:
        """Return `measure` of this log, which every group is compared with: computed for the first that asks."""
        if measure not in self._at_large:
            self._at_large[measure] = measure(self)
        return cast(T, self._at_large[measure])


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Accounts (sorted codes) that may be one operator's, with `odds` (log10, per account) of belonging.

    `facts` are the group's numbers from the request table, by name (see group_facts); `family` the prompt family that all
    share, if one does; `origin` says what proposed the group (`graph`, `family`, `replay`, `claim`).
    """

    accounts: np.ndarray
    odds: np.ndarray
    facts: dict[str, float]
    family: Family | None
    origin: str = "graph"

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.accounts)


def joined(one: Group, other: Group) -> Group:
    """Return the union of two groups; the facts stay `one`'s."""
    accounts, first = np.unique(np.concatenate([one.accounts, other.accounts]), return_index=True)
    return Group(
        accounts=accounts,
        odds=np.concatenate([one.odds, other.odds])[first],
        facts=one.facts,
        family=one.family,
        origin=one.origin,
    )


def part(group: Group, kept: np.ndarray) -> Group:
    """Return the accounts of `group` that the mask `kept` names; the facts stay the whole group's."""
    return Group(
        accounts=group.accounts[kept],
        odds=group.odds[kept],
        facts=group.facts,
        family=group.family,
        origin=group.origin,
    )


def registered(context: Context, group: Group, column: str) -> pa.ChunkedArray:
    """Return the account table's `column` for the accounts of `group`."""
    return context.population.registry[column].take(pa.array(group.accounts))

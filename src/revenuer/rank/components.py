"""Which models can be compared at all: the strongly connected parts of the graph of who won against whom.

Source: Ford, Solution of a ranking problem from binary comparisons (Amer. Math. Monthly 64, 1957): finite ratings exist just within
such parts. A model that never lost, or never won, is a part of its own.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from revenuer.rank.newton import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """`of` (M,): the component of each model, numbered by size, largest first. `status` (M,): `ranked` in a component of two or
    more; alone: `never_lost`, `never_won`, `no_votes`, or `separated` (it won against some that never lead back to it)."""

    of: np.ndarray
    status: tuple[str, ...]

    @property
    def number(self) -> int:
        return int(self.of.max(initial=-1)) + 1

    def members(self, component: int) -> np.ndarray:
        """Return the codes of a component's models."""
        return np.flatnonzero(self.of == component)


def find_components(pairs: Pairs) -> Components:
    """Return the components of the board; a tie leads both ways."""
    won, lost, tied = pairs.counts.T
    beats, beaten = won + tied > 0, lost + tied > 0
    winner = np.concatenate([pairs.first[beats], pairs.second[beaten]])
    loser = np.concatenate([pairs.second[beats], pairs.first[beaten]])
    graph = sparse.csr_array((np.ones(len(winner)), (winner, loser)), shape=(pairs.size, pairs.size))
    _, label = csgraph.connected_components(graph, directed=True, connection="strong")
    votes = pairs.to_models(pairs.counts.sum(axis=1), pairs.counts.sum(axis=1))
    values, index, count = np.unique(label, return_inverse=True, return_counts=True)
    weight = np.bincount(index, votes, len(values))
    first = np.array([np.flatnonzero(index == i)[0] for i in range(len(values))])
    place = np.empty(len(values), np.int64)
    place[np.lexsort((first, -weight, -count))] = np.arange(len(values))
    wins = np.bincount(winner, minlength=pairs.size) > 0
    losses = np.bincount(loser, minlength=pairs.size) > 0
    return Components(
        of=place[index],
        status=tuple(
            "ranked" if count[index[i]] > 1 else _alone(bool(wins[i]), bool(losses[i]))
            for i in range(pairs.size)
        ),
    )


def _alone(wins: bool, losses: bool) -> str:
    if wins and losses:
        return "separated"
    if wins:
        return "never_lost"
    return "never_won" if losses else "no_votes"

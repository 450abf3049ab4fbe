"""Directions that lift one model over another through the fit, as tables of sides, and decoys of them.

A table (M, M) holds +1 where the win of the row's model over the column's lifts the target over the anchor,
-1 where its loss does, 0 for battles with the target or the anchor, which taste for either could explain.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.newton import Fit

NEIGHBOURS = 5
"""Models on each side of a target on the present board that it may be meant to pass; the attack itself moves
the board."""
NEAR = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """D directions: `target`, `anchor` (D,) places of models, `gain` (D, M): a win of i over j lifts the
    target over the anchor by an amount of the sign of gain[i] - gain[j]."""

    target: np.ndarray
    anchor: np.ndarray
    gain: np.ndarray

    def on_pairs(self, first: np.ndarray, second: np.ndarray, chosen: slice) -> np.ndarray:
        """Return (E, D') sides of the pairs' first models for the `chosen` directions."""
        target, anchor, gain = self.target[chosen], self.anchor[chosen], self.gain[chosen]
        outside = (first[:, None] != target) & (second[:, None] != target)
        outside &= (first[:, None] != anchor) & (second[:, None] != anchor)
        sides: np.ndarray = (np.sign(gain[:, first] - gain[:, second]).T * outside).astype(np.float32)
        return sides


def directions_of(fit: Fit) -> Directions:
    """Return the directions of every model over its NEIGHBOURS on the board, from the inverse information of
    the fit."""
    size = len(fit.theta)
    order = np.argsort(-fit.theta)
    pairs = [
        (order[rank], order[other])
        for rank in range(size)
        for other in range(max(rank - NEIGHBOURS, 0), min(rank + NEIGHBOURS + 1, size))
        if other != rank
    ]
    target, anchor = np.array(pairs).T
    inverse = fit.bread[:size, :size]
    return Directions(target=target, anchor=anchor, gain=inverse[target] - inverse[anchor])


def decoy(table: np.ndarray, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `table` (M, M) with the models that it has sides for exchanged for others of about their rank.

    Rank is kept roughly because a direction may agree with strength, and careful voters agree with strength
    too.
    """
    live = np.flatnonzero(np.abs(table).sum(axis=1))
    by_rank = live[np.argsort(-theta[live])]
    jittered = np.argsort(np.arange(len(live)) + rng.uniform(0, max(NEAR, len(live) / 3), len(live)))
    taken = np.arange(len(table))
    taken[by_rank] = by_rank[jittered]
    return table[np.ix_(taken, taken)]

"""How far any strength can be moved, against another, by a number of transferred wins while two models are held level.

If u rises by D against v, then N >= (1 - exp(-D)) / R, with R their effective resistance at the start: D <= -log(1 - N R). Where that
says little, the fit is made in which all N go from v to u; nothing moves them further. Both are proved in docs/rank.md, lemma 2.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.crossing import Crossing, Design, chances, fit_level

EXACT_FROM = 0.6
"""Products N R from which on a model's range is fitted instead of bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """`low`, `high` (M,): by how much each strength may at most fall or rise against the level pair, infinite where nothing holds it;
    `rise` (M, M): by how much the row's may rise against the column's."""

    low: np.ndarray
    high: np.ndarray
    rise: np.ndarray

    @property
    def most(self) -> np.ndarray:
        """Return (M, M): by how much a difference of two may change either way."""
        most: np.ndarray = np.maximum(self.rise, self.rise.T)
        return most


def resistances(design: Design, crossing: Crossing) -> np.ndarray:
    """Return effective resistances (M, M) at the crossing, its two models as one; infinite between parts that do not touch."""
    a, b = crossing.a, crossing.b
    size = len(crossing.theta)
    p = chances(crossing.theta)
    conductance = design.games * p * p.T
    joined = np.delete(np.arange(size), b)
    conductance[a] += conductance[b]
    conductance[:, a] += conductance[:, b]
    conductance[a, a] = 0.0
    inside = conductance[np.ix_(joined, joined)]
    inside[np.diag_indices(size - 1)] = 0.0
    laplacian = np.diag(inside.sum(axis=1)) - inside
    level = max(float(np.trace(laplacian)), 1e-300) / size
    green = np.linalg.inv(laplacian + level / size)
    own = np.diag(green)
    place = np.searchsorted(joined, np.where(np.arange(size) == b, a, np.arange(size)))
    # Rounded up, since a resistance that is too small would make movement look bounded.
    found = np.maximum(own[:, None] + own[None, :] - 2 * green, 0.0) * (1 + 1e-6)
    all_of: np.ndarray = found[np.ix_(place, place)]
    return all_of


def find_movement(
    design: Design, crossing: Crossing, resistance: np.ndarray, transfers: float, *, fitted: bool = True
) -> Movement:
    """Return the bounds on movement by `transfers` wins of at most 1 each. `resistance` is that of the crossing.

    Without `fitted` no fits are made: the bounds are wider, and quick.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        product = transfers * resistance
        most = np.where(product < 1, -np.log1p(-np.minimum(product, 1.0)), np.inf)
    high = most[crossing.a].copy()
    low = -high
    for k in np.flatnonzero(product[crossing.a] > EXACT_FROM) if fitted else ():
        low[k] = max(low[k], _fitted(design, crossing, int(k), -transfers))
        high[k] = min(high[k], _fitted(design, crossing, int(k), transfers))
    rise = np.minimum(most, high[:, None] - low[None, :])
    np.fill_diagonal(rise, 0.0)
    rise[crossing.a, crossing.b] = rise[crossing.b, crossing.a] = 0.0
    return Movement(low=low, high=high, rise=rise)


def _fitted(design: Design, crossing: Crossing, k: int, transfers: float) -> float:
    """Return how far `transfers` wins given to `k` by the level pair move it; infinite where it has not so many votes to win or lose."""
    a, b = crossing.a, crossing.b
    games, wins = design.games, design.wins
    games[a, b] = games[b, a] = 0.0
    wins[k] += transfers
    if not 0 < wins[k] < games[k].sum():
        return float(np.copysign(np.inf, transfers))
    try:
        theta = fit_level(games, wins, a, b, crossing.theta)
    except ArithmeticError:
        return float(np.copysign(np.inf, transfers))
    return float(theta[k] - theta[a] - crossing.theta[k] + crossing.theta[a])

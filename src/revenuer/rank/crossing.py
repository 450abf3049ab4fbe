"""How far two models are from changing places: the fit in which they are level, and the wins that keep them from it.

Let s be the models' wins (a tie is half a win each) and n_ij the votes between them; the Bradley-Terry fit depends on nothing else.
Hold a and b level and fit: all equations hold but those of a and b, where a has `mass` wins too many and b as many too few. While a
and b are level their own votes say nothing, so turning over votes of a over b leaves this fit as it is and takes 1 of the mass each:
ceil(mass) such flips put b level, and docs/rank.md proves that nothing else does with fewer.
A win moved from u to v takes reach_v - reach_u of the mass: the reach is the chance that a random walk on the votes, weighted by
n_ij P_ij P_ji, meets b before a (the harmonic function of the network; Doyle and Snell, Random Walks and Electric Networks, 1984).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from revenuer.rank.newton import MOST_ROUNDS, Pairs

WHOLE_STEP = 0.5
"""Steps that change differences by less than this, in logits, need no damping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Votes as tables (M, M): `won` [u, v] votes that u won over v, `tied` (symmetric) ties of both, `idle` (symmetric) votes that
    count for nothing as they are but may be turned into wins, None where there are none."""

    won: np.ndarray
    tied: np.ndarray
    idle: np.ndarray | None = None

    @property
    def games(self) -> np.ndarray:
        """Votes between each two, (M, M)."""
        games: np.ndarray = self.won + self.won.T + self.tied
        return games

    @property
    def wins(self) -> np.ndarray:
        """Wins of each, a tie being half a win, (M,)."""
        wins: np.ndarray = self.won.sum(axis=1) + self.tied.sum(axis=1) / 2
        return wins


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The fit in which `a` and `b` are level: `theta` (M,) natural logits, `mass` wins (positive while a is above b), `rounding`
    how far it may be off in double precision, `reach` (M,)."""

    a: int
    b: int
    theta: np.ndarray
    mass: float
    rounding: float
    reach: np.ndarray


def design_of(pairs: Pairs) -> Design:
    """Return the tables of `pairs`."""
    won, tied = np.zeros((pairs.size, pairs.size)), np.zeros((pairs.size, pairs.size))
    won[pairs.first, pairs.second] = pairs.counts[:, 0]
    won[pairs.second, pairs.first] = pairs.counts[:, 1]
    tied[pairs.first, pairs.second] = tied[pairs.second, pairs.first] = pairs.counts[:, 2]
    return Design(won=won, tied=tied)


def pairs_of_design(design: Design) -> Pairs:
    """Return the pairs that have votes."""
    first, second = np.triu_indices(len(design.won), 1)
    there = design.games[first, second] > 0
    first, second = first[there], second[there]
    counts = np.column_stack(
        [design.won[first, second], design.won[second, first], design.tied[first, second]]
    )
    return Pairs(size=len(design.won), first=first, second=second, counts=counts)


def find_crossing(design: Design, a: int, b: int, start: np.ndarray) -> Crossing:
    """Return the crossing of `a` and `b`, sought from the strengths `start` (M,).

    Raises ArithmeticError where the board with both as one model is not strongly connected.
    """
    games, wins = design.games, design.wins
    games[a, b] = games[b, a] = 0.0
    between = design.won[a, b] + design.won[b, a] + design.tied[a, b]
    theta = start.copy()
    theta[[a, b]] = (start[a] + start[b]) / 2
    theta = fit_level(games, wins, a, b, theta)
    p = chances(theta)
    mass = float(wins[a] - between / 2 - (games[a] * p[a]).sum())
    return Crossing(
        a=a,
        b=b,
        theta=theta,
        mass=mass,
        rounding=1e-9 + 1e-13 * float(wins[a] + wins[b]),
        reach=find_reach(games * p * p.T, a, b),
    )


def chances(theta: np.ndarray) -> np.ndarray:
    """Return (M, M): the chance that the row's model wins over the column's."""
    won: np.ndarray = expit(theta[:, None] - theta[None, :])
    return won


def fit_level(games: np.ndarray, wins: np.ndarray, a: int, b: int, theta: np.ndarray) -> np.ndarray:
    """Return strengths (M,) with a and b level, 0, from `theta`. `games` (M, M) leaves out the votes between a and b."""
    size = len(theta)
    joint = np.delete(np.arange(size), b)  # b moves with a
    own = int(np.searchsorted(joint, a))
    free = np.delete(np.arange(size - 1), own)  # and both stay where they are
    theta = theta - theta[a]
    for _ in range(MOST_ROUNDS):
        p = chances(theta)
        rest = wins - (games * p).sum(axis=1)
        curvature = games * p * p.T
        inside = np.diag(curvature.sum(axis=1)) - curvature
        inside[a] += inside[b]
        inside[:, a] += inside[:, b]
        kept = joint[free]
        try:
            factor = cho_factor(inside[np.ix_(kept, kept)], lower=True, check_finite=False)
        except np.linalg.LinAlgError as error:
            raise ArithmeticError("the board falls apart when two models are held level") from error
        step = cho_solve(factor, rest[kept], check_finite=False)
        largest = float(np.abs(step).max(initial=0.0))
        # Damped as the likelihood's curvature allows, or the search may swing for ever where strengths lie far apart (Sun and
        # Tran-Dinh, Generalized self-concordant functions, Mathematical Programming 178, 2019, section 4).
        span = float(np.ptp(np.append(step, 0.0)))
        theta = theta.copy()
        theta[kept] += step * (1.0 if span < WHOLE_STEP else np.log1p(span) / span)
        if largest < 1e-7:
            return theta
    raise ArithmeticError("the board has no finite fit when two models are held level")


def find_reach(conductance: np.ndarray, a: int, b: int) -> np.ndarray:
    """Return (M,) the harmonic function of the network that is 0 at a and 1 at b; 1/2 where neither can be reached."""
    size = len(conductance)
    others = np.delete(np.arange(size), [a, b])
    reach = np.zeros(size)
    reach[b] = 1.0
    inside = np.diag(conductance.sum(axis=1)) - conductance
    part = inside[np.ix_(others, others)]
    scale = np.diag(part)
    alone = np.where(scale > 0, 1e-12 * scale, 1.0)
    part[np.diag_indices(len(others))] += alone
    reach[others] = np.linalg.solve(part, conductance[others, b] + alone / 2)
    return np.clip(reach, 0.0, 1.0)

"""Which pairs to ask next, so that the top of the board is settled soonest, and how many votes its certificate takes.

Votes go, step by step, where they best sharpen the least settled difference between a model inside and one outside the top K: a vote
between u and v lowers the variance of theta_a - theta_b by about W_uv (x_u - x_v)^2, x = L+ (e_a - e_b) (c-optimal design; Pukelsheim,
Optimal Design of Experiments, 1993, chapter 2). Everything is expected at the fitted strengths: the truth may lie closer together, and
the leaders of a noisy board often do.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from revenuer.rank.certify import PROVED, Board, board_of
from revenuer.rank.crossing import Design, chances, find_crossing, pairs_of_design
from revenuer.rank.leaderboard import ELO_PER_LOGIT
from revenuer.rank.newton import fit_pairs
from revenuer.rank.pair_search import least_actions
from revenuer.rank.pairs_in_question import cheapest_first, pairs_of
from revenuer.rank.votes import Votes, tally
from revenuer.records import UsageError

STEPS = 60
MOST_TIMES = 1 << 12
"""A target that so many times the votes there are would not reach is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPair:
    """Ask for `votes` on two models, of which the board has `votes_so_far`."""

    model_a: str
    model_b: str
    votes: int
    votes_so_far: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to spend `budget` votes on the top `k`. `settled` (before, after): the chance, at the fitted strengths, that the board would put
    the least settled `pair` the right way round; `certificate` (before, after): fewest actions of any kind that change who is in the
    top, expected; `votes_until`: votes until it exceeds `target`, None without a target or where no number in sight does."""

    k: int
    budget: int
    pairs: tuple[PlannedPair, ...]
    pair: tuple[str, str]
    gap: float
    settled: tuple[float, float]
    certificate: tuple[int, int]
    target: int | None
    votes_until: int | None


def plan_votes(
    votes: Votes, k: int, budget: int, target: int | None = None, ties: str = "half", both_bad: str = "tie"
) -> Plan:
    """Return how to spend `budget` votes. Raises UsageError for an impossible k, budget or coding of ties."""
    if ties not in PROVED:
        raise UsageError(f"a plan is made with --ties half or drop, got {ties}")
    if budget < 1:
        raise UsageError(f"got a budget of {budget} votes, expected 1 or more")
    board = board_of(tally(votes), ties, both_bad, votes.source)
    if not 1 <= k < len(board.order):
        raise UsageError(
            f"got top {k}, expected 1 to {len(board.order) - 1}: the largest component has {len(board.order)} models"
        )
    amounts = allocate(board, k, budget)
    (a, b), before = _least_settled(board, k, board.fit.bread)
    after = _with_votes(board, amounts)
    bread = fit_pairs(pairs_of_design(after), "half", board.fit.theta).bread
    return Plan(
        k=k,
        budget=budget,
        pairs=_planned(board, amounts),
        pair=(board.names[a], board.names[b]),
        gap=float((board.fit.theta[a] - board.fit.theta[b]) * ELO_PER_LOGIT),
        settled=(float(norm.cdf(before)), float(norm.cdf(_least_settled(board, k, bread)[1]))),
        certificate=(_certificate(board, board.design, k), _certificate(board, after, k)),
        target=target,
        votes_until=None if target is None else _votes_until(board, k, target),
    )


def allocate(board: Board, k: int, budget: int, power: float = 0.5) -> np.ndarray:
    """Return (M, M), upper triangle, whole votes that come to `budget`, spent on the pair with the least difference / variance^power:
    1/2 settles the order soonest, 1 raises the certificate, which goes as difference over resistance."""
    size = len(board.names)
    p = chances(board.fit.theta)
    weight = np.triu(p * p.T, 1)
    bread, amounts = board.fit.bread, np.zeros((size, size))
    spent = 0
    for step in range(1, STEPS + 1):
        share = budget * step // STEPS - spent
        if share == 0:
            continue
        (a, b), _ = _least_settled(board, k, bread, power)
        x = bread[:, a] - bread[:, b]
        u, v = np.unravel_index(int((weight * (x[:, None] - x[None, :]) ** 2).argmax()), weight.shape)
        amounts[u, v] += share
        across = bread[:, u] - bread[:, v]
        gained = share * weight[u, v]
        bread = bread - np.outer(across, across) * gained / (1 + gained * (across[u] - across[v]))
        spent += share
    return amounts


def _least_settled(
    board: Board, k: int, bread: np.ndarray, power: float = 0.5
) -> tuple[tuple[int, int], float]:
    """Return the (inside, outside) pair with the smallest difference / variance^power, and that number."""
    inside, outside = board.order[:k], board.order[k:]
    difference = board.fit.theta[inside][:, None] - board.fit.theta[outside][None, :]
    own = np.diag(bread)
    variance = own[inside][:, None] + own[outside][None, :] - 2 * bread[np.ix_(inside, outside)]
    errors = difference / np.maximum(variance, 1e-300) ** power
    i, j = np.unravel_index(int(errors.argmin()), errors.shape)
    return (int(inside[i]), int(outside[j])), float(errors[i, j])


def _with_votes(board: Board, amounts: np.ndarray) -> Design:
    """Return the design with votes added as the fitted strengths would share them."""
    both = amounts + amounts.T
    return replace(board.design, won=board.design.won + both * chances(board.fit.theta))


def _certificate(board: Board, design: Design, k: int) -> int:
    """Return the fewest actions of any kind that change who is in the top k."""
    fit = fit_pairs(pairs_of_design(design), "half", board.fit.theta)
    best = np.inf
    for (a, b), least in zip(*cheapest_first(pairs_of("set", board.order, k), fit), strict=True):
        if least >= best:
            break
        best = min(best, least_actions(find_crossing(design, a, b, fit.theta)))
    return int(best)


def _votes_until(board: Board, k: int, target: int) -> int | None:
    """Return the fewest votes, spent to raise it, whose expected certificate exceeds `target`; to within one part in a hundred."""

    def reached(number: int) -> bool:
        return _certificate(board, _with_votes(board, allocate(board, k, number, power=1.0)), k) > target

    if _certificate(board, board.design, k) > target:
        return 0
    low, high, most = 0, 1024, MOST_TIMES * int(board.design.games.sum() / 2)
    while not reached(high):
        low, high = high, 2 * high
        if low > most:
            return None
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _planned(board: Board, amounts: np.ndarray) -> tuple[PlannedPair, ...]:
    games = board.design.games
    found = [
        PlannedPair(
            model_a=board.names[u],
            model_b=board.names[v],
            votes=int(amounts[u, v]),
            votes_so_far=int(games[u, v]),
        )
        for u, v in np.argwhere(amounts > 0)
    ]
    return tuple(sorted(found, key=lambda p: (-p.votes, p.model_a, p.model_b)))

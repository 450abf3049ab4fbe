"""Strengths with what style adds taken out: a contextual model fitted vote by vote.

The difference of a vote is theta_a - theta_b + x . gamma, with covariates x scaled to unit spread. Source: the style control of the
Chatbot Arena (LMSYS, 2024). Style that a strong model happens to have is then not counted for it, and neither is good style.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.covariance import Scores
from revenuer.rank.newton import MAX_STEP, MOST_ROUNDS, inverse_on_differences, laplacian
from revenuer.rank.tie_models import HAS_TIE_PARAMETER, START, terms

TOLERANCE = 1e-9
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """N votes to fit: `a`, `b` (N,) places of M models, `outcome` (N,) 0 a won, 1 b won, 2 tie; `weight` (N,), None where each weighs
    1; `style` (N, p)."""

    size: int
    a: np.ndarray
    b: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray | None
    style: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteFit:
    """`theta` (M,) sum zero, `parameter` of the tie model, `gamma` (p,) logits for one unit of each covariate, `bread` the inverse
    information in the order strengths, tie parameter (if the model has one), gamma."""

    theta: np.ndarray
    parameter: float
    gamma: np.ndarray
    bread: np.ndarray


def fit_votes(coded: Coded, ties: str, theta: np.ndarray) -> VoteFit:
    """Return the maximum likelihood fit, started from `theta` (M,). Raises ArithmeticError where there is none."""
    has_parameter = ties in HAS_TIE_PARAMETER
    size, extra = coded.size, int(has_parameter) + coded.style.shape[1]
    at = np.concatenate([theta - theta.mean(), np.zeros(extra)])
    if has_parameter:
        at[size] = START[ties]
    for _ in range(MOST_ROUNDS):
        slope, information = _derivatives(coded, ties, at)
        bread = inverse_on_differences(information, size)
        step = bread @ slope
        largest = float(np.abs(step).max())
        step *= min(1.0, MAX_STEP / max(largest, 1e-300))
        while has_parameter and ties == "rao-kupper" and at[size] + step[size] <= 0:
            step /= 2
        at = at + step
        if largest < TOLERANCE:
            first = size + int(has_parameter)
            return VoteFit(
                theta=at[:size],
                parameter=float(at[size]) if has_parameter else 0.0,
                gamma=at[first:],
                bread=bread,
            )
    raise ArithmeticError("the style model has no maximum: a covariate separates wins from losses")


def scores_of(coded: Coded, ties: str, theta: np.ndarray, parameter: float, gamma: np.ndarray) -> Scores:
    """Return each vote's part in the slope at a fit."""
    if not coded.style.shape[1]:
        return _scores_by_pair(coded, ties, theta, parameter)
    has_parameter = ties in HAS_TIE_PARAMETER
    by_difference = np.empty(len(coded.a))
    others = np.empty((len(coded.a), int(has_parameter) + coded.style.shape[1]))
    for part in _parts(len(coded.a)):
        d, t, _, _, _ = _of_votes(coded, ties, theta, parameter, gamma, part)
        by_difference[part] = d
        others[part] = _others(has_parameter, t, d, coded.style[part])
    return Scores(size=coded.size, a=coded.a, b=coded.b, by_difference=by_difference, others=others)


def _scores_by_pair(coded: Coded, ties: str, theta: np.ndarray, parameter: float) -> Scores:
    """Look the scores up: without style all votes of a pair and outcome have one."""
    at = terms(ties, (theta[:, None] - theta[None, :]).ravel(), parameter)
    by_difference = np.empty(len(coded.a))
    others = np.zeros((len(coded.a), int(ties in HAS_TIE_PARAMETER)))
    for part in _parts(len(coded.a)):
        cell = (coded.a[part].astype(np.int64) * coded.size + coded.b[part]) * 3 + coded.outcome[part]
        weight = 1.0 if coded.weight is None else coded.weight[part]
        by_difference[part] = weight * at.d.ravel()[cell]
        if others.shape[1]:
            others[part, 0] = weight * at.t.ravel()[cell]
    return Scores(size=coded.size, a=coded.a, b=coded.b, by_difference=by_difference, others=others)


def _derivatives(coded: Coded, ties: str, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (slope, information) at the parameters `at`."""
    size, has_parameter = coded.size, ties in HAS_TIE_PARAMETER
    first = size + int(has_parameter)
    slope, information = np.zeros(len(at)), np.zeros((len(at), len(at)))
    for part in _parts(len(coded.a)):
        parameter = float(at[size]) if has_parameter else 0.0
        d, t, dd, dt, tt = _of_votes(coded, ties, at[:size], parameter, at[first:], part)
        a, b, style = coded.a[part], coded.b[part], coded.style[part]
        slope[:size] += np.bincount(a, d, size) - np.bincount(b, d, size)
        slope[size:] += _others(has_parameter, t, d, style).sum(axis=0)
        information[:size, :size] += laplacian(a, b, -dd, size)
        mixed = _others(has_parameter, -dt, -dd, style)
        for k in range(mixed.shape[1]):
            information[:size, size + k] += np.bincount(a, mixed[:, k], size) - np.bincount(
                b, mixed[:, k], size
            )
        information[first:, first:] -= style.T @ (style * dd[:, None])
        if has_parameter:
            information[size, size] -= tt.sum()
            information[size, first:] -= dt @ style
    information = np.triu(information) + np.triu(information, 1).T
    return slope, information


def _of_votes(
    coded: Coded, ties: str, theta: np.ndarray, parameter: float, gamma: np.ndarray, part: slice
) -> tuple[np.ndarray, ...]:
    """Return (d, t, dd, dt, tt) of the votes in `part`, weighted."""
    difference = theta[coded.a[part]] - theta[coded.b[part]] + coded.style[part] @ gamma
    at = terms(ties, difference, parameter)
    place = np.arange(len(difference)), coded.outcome[part]
    weight = 1.0 if coded.weight is None else coded.weight[part]
    return tuple(weight * table[place] for table in (at.d, at.t, at.dd, at.dt, at.tt))


def _others(has_parameter: bool, tie: np.ndarray, difference: np.ndarray, style: np.ndarray) -> np.ndarray:
    by_style = style * difference[:, None]
    return np.column_stack([tie, by_style]) if has_parameter else by_style


def _parts(number: int) -> list[slice]:
    return [slice(low, low + _CHUNK) for low in range(0, number, _CHUNK)]

"""Maximum likelihood on pair counts by Newton's method: strengths in natural logits that sum to zero.

The likelihood is concave (Burridge, JRSS B 43, 1981, for Rao and Kupper's) and has one maximum where the board is strongly
connected (Ford, Amer. Math. Monthly 64, 1957; rank/components.py looks first). The readable form is in tests/differential.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from revenuer.rank.tie_models import HAS_TIE_PARAMETER, START, Terms, terms

TOLERANCE = 1e-11
"""A step under this, in logits, ends the search: quadratic convergence has long passed it when it is seen."""
QUADRATIC = 1e-6
"""A whole step under this leaves an error of about its square, far under TOLERANCE."""
MOST_ROUNDS = 200
MOST_HALVINGS = 60
MAX_STEP = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What is fitted: `first`, `second` (E,) places of M models, `counts` (E, 3) of first won, second won, tie."""

    size: int
    first: np.ndarray
    second: np.ndarray
    counts: np.ndarray

    def to_models(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return (M,) sums of (E,) amounts for the first and the second of each pair."""
        added: np.ndarray = np.bincount(self.first, first, self.size) + np.bincount(
            self.second, second, self.size
        )
        return added

    def laplacian(self, conductance: np.ndarray) -> np.ndarray:
        """Return the (M, M) Laplacian of the pairs with `conductance` (E,)."""
        return laplacian(self.first, self.second, conductance, self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`theta` (M,) natural logits, sum zero; `parameter` of the tie model (0 without one); `bread` (M + q, M + q), the inverse of
    the information, on strengths that sum to zero and the q = 0 or 1 tie parameter."""

    theta: np.ndarray
    parameter: float
    bread: np.ndarray


def fit_pairs(
    pairs: Pairs, ties: str, start: np.ndarray | None = None, parameter: float | None = None
) -> Fit:
    """Return the maximum likelihood fit of `pairs` under the tie model `ties`.

    Raises ArithmeticError where no maximum is reached: the board is not strongly connected, or has no ties for a tie model.
    """
    theta = np.zeros(pairs.size) if start is None else start - start.mean()
    has_parameter = ties in HAS_TIE_PARAMETER
    tie = (START[ties] if parameter is None else parameter) if has_parameter else 0.0
    at = terms(ties, theta[pairs.first] - theta[pairs.second], tie)
    value = float((pairs.counts * at.log).sum())
    for _ in range(MOST_ROUNDS):
        step = _step(_information(pairs, at, has_parameter), _slope(pairs, at, has_parameter), pairs.size)
        largest = float(np.abs(step).max(initial=0.0))
        if largest < TOLERANCE:
            break
        scale = min(1.0, MAX_STEP / largest)
        for _ in range(MOST_HALVINGS):
            tried = theta + scale * step[: pairs.size]
            tried_tie = tie + scale * float(step[-1]) if has_parameter else 0.0
            if ties != "rao-kupper" or tried_tie > 0:
                at = terms(ties, tried[pairs.first] - tried[pairs.second], tried_tie)
                new = float((pairs.counts * at.log).sum())
                # Rounding in the sum of millions of logs must not stop a step that the slope calls for.
                if new >= value - 1e-12 * abs(value) or largest < 1e-6:
                    break
            scale /= 2
        else:
            raise ArithmeticError("the likelihood has no maximum that Newton's method reaches")
        theta, tie, value = tried - tried.mean(), tried_tie, new
        if largest < QUADRATIC and scale == 1.0:
            break
    else:
        raise ArithmeticError("the likelihood has no maximum that Newton's method reaches")
    bread = inverse_on_differences(_information(pairs, at, has_parameter), pairs.size)
    return Fit(theta=theta, parameter=tie, bread=bread)


def _slope(pairs: Pairs, at: Terms, has_parameter: bool) -> np.ndarray:
    by_pair = (pairs.counts * at.d).sum(axis=1)
    slope = pairs.to_models(by_pair, -by_pair)
    return np.append(slope, (pairs.counts * at.t).sum()) if has_parameter else slope


def _information(pairs: Pairs, at: Terms, has_parameter: bool) -> np.ndarray:
    """Return minus the second derivatives, (M + q, M + q)."""
    inside = pairs.laplacian(-(pairs.counts * at.dd).sum(axis=1))
    if not has_parameter:
        return inside
    across = -(pairs.counts * at.dt).sum(axis=1)
    edge = pairs.to_models(across, -across)[:, None]
    corner = np.array([[-(pairs.counts * at.tt).sum()]])
    return np.block([[inside, edge], [edge.T, corner]])


def laplacian(first: np.ndarray, second: np.ndarray, conductance: np.ndarray, size: int) -> np.ndarray:
    """Return the (size, size) Laplacian of links between `first` and `second` (n,), which may repeat."""
    across = np.bincount(first.astype(np.int64) * size + second, conductance, size * size).reshape(size, size)
    matrix: np.ndarray = -(across + across.T)
    matrix[np.diag_indices(size)] -= matrix.sum(axis=1)
    return matrix


def inverse_on_differences(information: np.ndarray, size: int) -> np.ndarray:
    """Return the inverse on strengths, the first `size` parameters, that sum to zero. Raises ArithmeticError if it is singular."""
    factor, level = _factored(information, size)
    inverse = cho_solve(factor, np.eye(len(information)))
    inverse[:size, :size] -= 1 / (size * level)
    found: np.ndarray = inverse
    return found


def _step(information: np.ndarray, slope: np.ndarray, size: int) -> np.ndarray:
    """Return Newton's step; the slope has no part in the direction in which all strengths move together."""
    factor, _ = _factored(information, size)
    step: np.ndarray = cho_solve(factor, slope)
    step[:size] -= step[:size].mean()
    return step


def _factored(information: np.ndarray, size: int) -> tuple[tuple[np.ndarray, bool], float]:
    """Return the factor of the information with as much of `level` added in the direction in which all strengths move together."""
    lifted = information.copy()
    # In that direction there is no information: any will do, one of alike size is best.
    level = max(float(np.trace(lifted[:size, :size])) / max(size, 1), 1e-300)
    lifted[:size, :size] += level / size
    try:
        return cho_factor(lifted, lower=True), level
    except np.linalg.LinAlgError as error:
        raise ArithmeticError(
            "the information is singular: the board, or a covariate, cannot be told apart"
        ) from error

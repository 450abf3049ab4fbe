"""Upper bounds where ties have a parameter of their own: changes found as if ties were half wins, checked under the board's own model."""

import numpy as np

from revenuer.rank.components import find_components
from revenuer.rank.crossing import Design, design_of, find_crossing, pairs_of_design
from revenuer.rank.newton import Fit, Pairs, fit_pairs
from revenuer.rank.pairs_in_question import Pair
from revenuer.rank.witness import LEVEL, Witness, apply, best_changes, changes_of

MOST_ACTIONS = 1 << 20


def find_loosely(pairs: Pairs, fit: Fit, ties: str, pair: Pair, action: str) -> Witness | None:
    """Return a set of changes that puts `pair`'s second model level with its first under the tie model `ties`; None if none was found.

    The changes go by their worth with ties as half wins. The fewest of that order are found by halving; other orders may need fewer.
    """
    design = design_of(pairs)
    start = fit_pairs(pairs, "half", fit.theta).theta
    crossing = find_crossing(design, *pair, start)
    low, high, found = 1, 1, None
    while found is None and high <= MOST_ACTIONS:
        found = _tried(
            design,
            fit,
            ties,
            crossing.a,
            crossing.b,
            best_changes(design, crossing, action, high),
            action,
        )
        low, high = (low, high) if found is not None else (high + 1, 2 * high)
    while found is not None and low < high:
        number = (low + high) // 2
        tried = _tried(
            design,
            fit,
            ties,
            crossing.a,
            crossing.b,
            best_changes(design, crossing, action, number),
            action,
        )
        found, low, high = (tried, low, number) if tried is not None else (found, number + 1, high)
    return found


def _tried(
    design: Design, fit: Fit, ties: str, a: int, b: int, taken: np.ndarray | None, action: str
) -> Witness | None:
    """Return the witness of `taken` if the changed board's fit under `ties` puts b level with a."""
    if taken is None:
        return None
    board = pairs_of_design(apply(design, taken, action))
    if find_components(board).number > 1:
        return None
    try:
        theta = fit_pairs(board, ties, fit.theta, fit.parameter).theta
    except ArithmeticError:
        return None
    gap = float(theta[b] - theta[a])
    if gap < -LEVEL:
        return None
    return Witness(changes=changes_of(taken, action), number=int(taken.sum()), gap=gap)

"""Upper bounds where no proof allows a lower one: changes found as if ties were half wins and style nothing, checked under the board's
own model."""

from collections.abc import Callable

import numpy as np

from revenuer.rank.crossing import Crossing, Design, find_crossing, pairs_of_design
from revenuer.rank.newton import fit_pairs
from revenuer.rank.pairs_in_question import Pair
from revenuer.rank.witness import LEVEL, Witness, best_changes, changes_of

MOST_ACTIONS = 1 << 20
PAIRS_TRIED = 3
"""Changes are sought for so many of the pairs that are closest."""

GapAfter = Callable[[np.ndarray, str, Pair], float | None]
"""theta_b - theta_a of a pair, in the board's own fit, after changes (2, M, M) of a kind; None where the board has no fit."""


def find_loosely(
    design: Design, theta: np.ndarray, pairs: list[Pair], action: str, gap_after: GapAfter
) -> tuple[Witness | None, Pair]:
    """Return a set of changes that puts the second of one of `pairs` level with its first, and the pair; None if none was found."""
    best, best_pair = None, pairs[0]
    start = fit_pairs(pairs_of_design(design), "half", theta).theta
    for pair in pairs[:PAIRS_TRIED]:
        found = _of_pair(design, find_crossing(design, *pair, start), action, gap_after)
        if found is not None and (best is None or found.number < best.number):
            best, best_pair = found, pair
    return best, best_pair


def _of_pair(design: Design, crossing: Crossing, action: str, gap_after: GapAfter) -> Witness | None:
    """Return the fewest changes, in order of their worth, that do; other orders may need fewer."""

    def tried(number: int) -> Witness | None:
        taken = best_changes(design, crossing, action, number)
        gap = None if taken is None else gap_after(taken, action, (crossing.a, crossing.b))
        if taken is None or gap is None or gap < -LEVEL:
            return None
        return Witness(changes=changes_of(taken, action), number=int(taken.sum()), gap=gap)

    low, high, found = 1, 1, None
    while found is None and high <= MOST_ACTIONS:
        found = tried(high)
        low, high = (low, high) if found is not None else (high + 1, 2 * high)
    while found is not None and low < high:
        number = (low + high) // 2
        fewer = tried(number)
        found, low, high = (fewer, low, number) if fewer is not None else (found, number + 1, high)
    return found

"""Looks through the pairs whose exchange would change an answer for the fewest actions that could, and that do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from revenuer.rank.crossing import Crossing, Design, find_crossing
from revenuer.rank.lower_bound import Worth, fewest, worths
from revenuer.rank.movement import find_movement, resistances
from revenuer.rank.pairs_in_question import Pair
from revenuer.rank.witness import Witness, find_witness

REFINEMENTS = 3
MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """For each action, and for all of them mixed: no fewer than `lower` can do; `witness` exchanges `pair`, None where none was found."""

    lower: dict[str, int]
    witness: dict[str, Witness | None]
    pair: dict[str, Pair]


def search(
    design: Design, theta: np.ndarray, pairs: list[Pair], least: np.ndarray, actions: tuple[str, ...]
) -> Found:
    """Return the bounds over `pairs`, which come with what each needs at `least` (P,), ascending; `theta` (M,) is the board's fit."""
    lower: dict[str, float] = dict.fromkeys((*actions, MIXED), np.inf)
    upper: dict[str, float] = dict.fromkeys((*actions, MIXED), np.inf)
    witness: dict[str, Witness | None] = dict.fromkeys(actions)
    best_pair = dict.fromkeys(actions, pairs[0])
    for pair, floor in zip(pairs, least, strict=True):
        if floor >= max(upper.values()):
            break
        crossing = find_crossing(design, *pair, theta)
        for action in actions:
            found = find_witness(design, crossing, action) if crossing.mass <= upper[action] else None
            if found is not None and found.number < upper[action]:
                witness[action], best_pair[action], upper[action] = found, pair, found.number
        upper[MIXED] = min(upper[action] for action in actions)
        _lower_all(lower, upper, design, crossing, actions)
    return Found(
        lower={kind: int(min(lower[kind], upper[kind])) for kind in lower},
        witness=witness,
        pair=best_pair,
    )


def _lower_all(
    lower: dict[str, float],
    upper: dict[str, float],
    design: Design,
    crossing: Crossing,
    actions: tuple[str, ...],
) -> None:
    """Lower each kind's bound to what this pair needs at least."""
    needed = least_actions(crossing)
    if all(needed >= min(lower[kind], upper[kind]) for kind in lower):
        return
    resistance = resistances(design, crossing)

    @lru_cache
    def worth(number: int) -> list[Worth]:
        return worths(design, crossing, find_movement(design, crossing, resistance, number))

    for kind in lower:
        if needed >= min(lower[kind], upper[kind]):
            lower[kind] = min(lower[kind], needed)
            continue
        allowed = frozenset(actions) if kind == MIXED else frozenset([kind])
        lower[kind] = min(lower[kind], _refined(design, worth, needed, allowed, upper[kind]))


def least_actions(crossing: Crossing) -> int:
    """Return the fewest actions of any kind: each takes at most 1 of the mass."""
    return max(0, int(np.ceil(crossing.mass - 1e-9)))


def _refined(
    design: Design,
    worth: Callable[[int], list[Worth]],
    lower: int,
    allowed: frozenset[str],
    upper: float,
) -> int:
    """Return the fewest of the allowed actions, at least `lower`, by what each is worth while no more than a number are made."""
    number = int(upper) if np.isfinite(upper) else 3 * lower + 5
    for _ in range(REFINEMENTS):
        found = max(fewest(each, design, allowed) for each in worth(number))
        # Movement was bounded for `number` actions: the bound says nothing of more.
        lower = max(lower, min(found, number + 1))
        if lower >= number:
            break
        number = (lower + number + 1) // 2
    return lower

"""Looks through the pairs whose exchange would change an answer for the fewest actions that could, and that do."""

from dataclasses import dataclass

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
    best = {kind: _Best(pair=pairs[0]) for kind in (*actions, MIXED)}
    for pair, floor in zip(pairs, least, strict=True):
        if floor >= max(kind.upper for kind in best.values()):
            break
        bounds = _PairBounds(design, find_crossing(design, *pair, theta))
        for action in actions:
            if bounds.fewest(frozenset([action]), best[action].upper, fitted=False) < best[action].upper:
                best[action].take(pair, find_witness(design, bounds.crossing, action))
                best[action].lower_to(bounds, frozenset([action]))
        best[MIXED].upper = min(best[action].upper for action in actions)
        best[MIXED].lower_to(bounds, frozenset(actions))
    mixed = min(best[MIXED].lower, best[MIXED].upper)  # Holds for each kind alone, too.
    return Found(
        lower={kind: int(min(max(found.lower, mixed), found.upper)) for kind, found in best.items()},
        witness={action: best[action].witness for action in actions},
        pair={action: best[action].pair for action in actions},
    )


@dataclass(slots=True)
class _Best:
    """The least bounds over the pairs seen so far, for one kind of action."""

    pair: Pair
    lower: float = np.inf
    upper: float = np.inf
    witness: Witness | None = None

    def take(self, pair: Pair, witness: Witness | None) -> None:
        """Keep `witness` if it needs fewer actions than the one so far."""
        if witness is not None and witness.number < self.upper:
            self.pair, self.upper, self.witness = pair, witness.number, witness

    def lower_to(self, bounds: "_PairBounds", allowed: frozenset[str]) -> None:
        """Lower the bound to what a further pair needs, if it needs less; quick bounds first."""
        enough = min(self.lower, self.upper)
        if bounds.fewest(allowed, self.upper, fitted=False) < enough:
            self.lower = min(self.lower, bounds.fewest(allowed, self.upper, fitted=True))


class _PairBounds:
    """Lower bounds of one pair. What actions are worth is worked out once for each number of them."""

    def __init__(self, design: Design, crossing: Crossing) -> None:
        self.design, self.crossing = design, crossing
        self._resistance: np.ndarray | None = None
        self._worths: dict[tuple[int, bool], list[Worth]] = {}

    def fewest(self, allowed: frozenset[str], upper: float, *, fitted: bool) -> int:
        """Return a number of the allowed actions that no fewer than do it, given that `upper` are known to."""
        lower = least_actions(self.crossing)
        number = int(upper) if np.isfinite(upper) else 3 * lower + 5
        for _ in range(REFINEMENTS if fitted else 1):
            if lower >= number:
                break
            found = max(fewest(worth, self.design, allowed) for worth in self._worth(number, fitted))
            # Movement was bounded for `number` actions: the bound says nothing of more.
            lower = max(lower, min(found, number + 1))
            number = (lower + number + 1) // 2
        return lower

    def _worth(self, number: int, fitted: bool) -> list[Worth]:
        if self._resistance is None:
            self._resistance = resistances(self.design, self.crossing)
        if (number, fitted) not in self._worths:
            movement = find_movement(self.design, self.crossing, self._resistance, number, fitted=fitted)
            self._worths[number, fitted] = worths(self.design, self.crossing, movement)
        return self._worths[number, fitted]


def least_actions(crossing: Crossing) -> int:
    """Return the fewest actions of any kind: each takes at most 1 of the mass."""
    return max(0, int(np.ceil(crossing.mass - crossing.rounding)))

"""Which pairs of models an answer hangs on, and in what order they are worth looking at."""

import numpy as np

from revenuer.rank.newton import Fit

Pair = tuple[int, int]


def pairs_of(question: str, order: np.ndarray, k: int) -> list[Pair]:
    """Return the pairs (above, below) of `order` (M,), best first, whose exchange changes the top `k`: its set, or set and order."""
    inside = order[:k].tolist()
    if question == "set":
        return [(a, b) for a in inside for b in order[k:].tolist()]
    return [(a, b) for place, a in enumerate(inside) for b in order[place + 1 :].tolist()]


def cheapest_first(pairs: list[Pair], fit: Fit) -> tuple[list[Pair], np.ndarray]:
    """Return the pairs by (1 - exp(-d)) / R, which no number of actions that closes the difference d falls short of (docs/rank.md, lemma
    2; R: effective resistance), and those numbers."""
    a, b = np.array(pairs).T
    difference = fit.theta[a] - fit.theta[b]
    bread = fit.bread
    resistance = bread[a, a] + bread[b, b] - 2 * bread[a, b]
    least = -np.expm1(-np.maximum(difference, 0.0)) / resistance
    order = np.argsort(least, kind="stable")
    return [pairs[i] for i in order], least[order]

"""How far voters differ: the spread of their own effects for a model around the board."""

import numpy as np

from revenuer.rank.rigging.cells import Cells
from revenuer.rank.rigging.ledger import Incidences

LEAST_TASTE = 0.1
"""Logits. No real crowd agrees more than this, and an estimate of zero would make every fan a suspect."""
FAR, ROUNDS = 3.0, 3


def taste_spread(rows: Incidences, cells: Cells) -> float:
    """Return the standard deviation, in logits, of a voter's effect for a model: method of moments over all
    voters and models.

    A cell's excess points S have variance I + spread**2 I**2, I the binomial variance, to first order. Cells
    more than FAR standard deviations out, by the estimate with them, are left out and it is made again: a few
    riggers would else hide in a spread of their own. Source: DerSimonian and Laird, Controlled Clinical
    Trials 7 (1986), the same moments for log odds.
    """
    excess = cells.sum(rows.score - rows.expected)
    variance = cells.sum(rows.expected * (1 - rows.expected))
    used = variance > 0.5
    spread = LEAST_TASTE
    for _ in range(ROUNDS):
        squares = float((variance[used] ** 2).sum())
        if squares == 0:
            break
        over = float((excess[used] ** 2 - variance[used]).sum()) / squares
        spread = max(float(np.sqrt(max(over, 0.0))), LEAST_TASTE)
        used &= excess**2 <= FAR**2 * (variance + spread**2 * variance**2)
    return spread

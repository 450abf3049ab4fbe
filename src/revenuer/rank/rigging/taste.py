"""How far voters differ: the spread of their own effects for a model around the board."""

import numpy as np

from revenuer.rank.rigging.cells import Cells
from revenuer.rank.rigging.ledger import Incidences

LEAST_TASTE = 0.1
"""Logits. No real crowd agrees more than this, and an estimate of zero would make every fan a suspect."""


def taste_spread(rows: Incidences, cells: Cells) -> float:
    """Return the standard deviation, in logits, of a voter's effect for a model: method of moments over all voters and models.

    A cell's excess points S have variance I + spread**2 I**2, I the binomial variance, to first order. Ties vary less than the
    binomial, which makes the estimate small, riggers make it large: the second only costs power.
    Source: DerSimonian and Laird, Controlled Clinical Trials 7 (1986), the same moments for log odds.
    """
    excess = cells.sum(rows.score - rows.expected)
    variance = cells.sum(rows.expected * (1 - rows.expected))
    big = variance > 0.5
    squares = float((variance[big] ** 2).sum())
    if squares == 0:
        return LEAST_TASTE
    over = float((excess[big] ** 2 - variance[big]).sum()) / squares
    return max(float(np.sqrt(max(over, 0.0))), LEAST_TASTE)

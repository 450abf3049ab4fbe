"""Decoy keys: keys that marked nothing, tried on the same text, say what the text alone gives, and whether the analytic law holds on it."""

import math
from dataclasses import dataclass

import numpy as np

from revenuer.prove.marks.scheme import FloatArray

NARROWEST, WIDEST = 0.95, 1.05
"""What the standard deviation of the decoys' z may be: a text whose pairs are counted twice gave 4.7."""
ERRORS = 3.0
"""Standard errors that a figure of finitely many decoys may lie beyond."""
FEWEST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyCheck:
    """What the decoys' z say. `inflation`: their standard deviation, 1 where the analytic law holds; `error`: its standard error;
    `centre`: their mean, 0 where it holds. `reason`: why the analytic p is not claimed, empty where it is."""

    decoys: int
    inflation: float
    error: float
    centre: float
    reason: str

    @property
    def holds(self) -> bool:
        return not self.reason


def check_decoys(z: FloatArray) -> DecoyCheck:
    """Return what at least 99 decoys' z say of the analytic null law. Raises ValueError for fewer, or for NaN.

    The error allows for tails heavier than the normal's. Not checked: the far tail, where no number of decoys reaches.
    """
    if z.size < FEWEST or np.isnan(z).any():
        raise ValueError(f"expected the z of at least {FEWEST} decoys without NaN, got {z.size}")
    centre, inflation = float(z.mean()), float(z.std(ddof=1))
    error = 0.0
    if inflation > 0.0:
        kurtosis = float(np.mean(((z - centre) / inflation) ** 4))
        error = inflation * math.sqrt(max(kurtosis - 1.0, 0.0) / (4.0 * z.size))
    reason = ""
    if not NARROWEST - ERRORS * error <= inflation <= WIDEST + ERRORS * error:
        reason = f"the decoys' z have standard deviation {inflation:.3f} instead of 1"
    elif abs(centre) > (WIDEST - 1.0) + ERRORS * inflation / math.sqrt(z.size):
        reason = f"the decoys' z have mean {centre:.3f} instead of 0"
    return DecoyCheck(decoys=z.size, inflation=inflation, error=error, centre=centre, reason=reason)

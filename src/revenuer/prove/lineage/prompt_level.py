"""The usual prompt-level test "closer to the claimed teacher than to a rival", kept as a warning: it takes prompts for replications and convicts
innocents."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special


def log10_closer_to(claimed: npt.NDArray[np.float64], rival: npt.NDArray[np.float64]) -> float:
    """Return log10 of the one-sided p of the paired z test over prompts that the suspect is more alike `claimed` than `rival`.

    Never a verdict: its null hypothesis is that both are exactly equally alike, which no two teachers are to an innocent.
    Raises ValueError for fewer than two prompts.
    """
    if claimed.size < 2:
        raise ValueError("expected at least two prompts")
    difference = claimed - rival
    spread = float(difference.std(ddof=1))
    if spread == 0.0:
        return 0.0
    z = float(difference.mean()) / (spread / math.sqrt(difference.size))
    return float(special.log_ndtr(-z)) / math.log(10.0)

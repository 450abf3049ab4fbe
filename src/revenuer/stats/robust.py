"""Location and scale that a minority of wild values cannot move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_NORMAL_CONSISTENCY = 1.4826022185056018
"""1 / Phi^-1(3/4): makes the median absolute deviation estimate the standard deviation of a normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustScale:
    """Median and scaled median absolute deviation of n values; both tolerate almost half of them being wild."""

    location: float
    scale: float
    n: int

    def standardise(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return (values - location) / scale. A scale of 0 counts as 1: a constant column says nothing about size."""
        scale = self.scale if self.scale > 0.0 else 1.0
        return np.asarray((np.asarray(values, dtype=np.float64) - self.location) / scale, dtype=np.float64)


def robust_scale(values: npt.ArrayLike) -> RobustScale:
    """Return the median and 1.4826 * MAD. Raises ValueError for no values or NaN.

    Source: P. J. Huber, E. M. Ronchetti, Robust Statistics, 2nd ed. 2009, section 5.1.
    """
    v = np.asarray(values, dtype=np.float64).ravel()
    if v.size == 0 or np.isnan(v).any():
        raise ValueError("expected at least one value and no NaN")
    location = float(np.median(v))
    return RobustScale(
        location=location, scale=_NORMAL_CONSISTENCY * float(np.median(np.abs(v - location))), n=v.size
    )

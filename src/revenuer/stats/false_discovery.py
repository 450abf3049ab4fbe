"""Chooses which of many hypotheses to reject so that the expected share of false rejections stays below a level."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejections:
    """`rejected` (bool, one per hypothesis, in the order given), the level, and the cut that was used.

    Rejected is where log10 e >= `cut`; +inf where nothing was.
    """

    rejected: npt.NDArray[np.bool_]
    level: float
    cut: float

    @property
    def count(self) -> int:
        return int(self.rejected.sum())


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a false-discovery level strictly between 0 and 1, got {level}")


def _log10_weights(weights: npt.ArrayLike, size: int, m: int) -> npt.NDArray[np.float64]:
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (size,) or not (w >= 0).all() or w.sum() > m * (1 + 1e-9):
        raise ValueError(
            f"expected {size} weights, none negative, with a sum of at most {m}, got a sum of {w.sum()}"
        )
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(w), dtype=np.float64)


def e_bh(
    log10_e: npt.ArrayLike,
    level: float,
    *,
    hypotheses: int | None = None,
    weights: npt.ArrayLike | None = None,
) -> Rejections:
    """Reject the k largest e-values, k the largest for which the k-th is at least m / (level * k).

    The expected share of false rejections is at most `level` under any dependence between the e-values. `hypotheses` is m
    where more were looked at than have an e-value here (candidates dropped before they were judged must be counted). `weights`: prior weights,
    one each, that do not depend on the e-values and of which the sum is at most m; they multiply the e-values, and the cut is of the products.
    Source: R. Wang, A. Ramdas, False discovery rate control with e-values, JRSS B 84 (2022), 822-852, definition 1.
    """
    _check_level(level)
    e = np.asarray(log10_e, dtype=np.float64)
    if np.isnan(e).any():
        raise ValueError("expected log10 e-values without NaN; leave out tests that were not evaluated")
    m = e.size if hypotheses is None else hypotheses
    if m < e.size:
        raise ValueError(f"expected at least {e.size} hypotheses, one for each e-value, got {m}")
    if weights is not None:
        e = e + _log10_weights(weights, e.size, m)
    if e.size == 0:
        return Rejections(rejected=np.zeros(0, np.bool_), level=level, cut=np.inf)
    descending = np.sort(e)[::-1]
    needed = np.log10(m / level) - np.log10(np.arange(1, e.size + 1))
    enough = np.flatnonzero(descending >= needed)
    cut = float(needed[enough[-1]]) if enough.size else np.inf
    return Rejections(rejected=np.asarray(e >= cut), level=level, cut=cut)

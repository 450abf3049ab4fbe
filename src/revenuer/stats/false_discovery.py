"""Chooses which of many hypotheses to reject so that the expected share of false rejections stays below a level."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejections:
    """`rejected` (bool, one per hypothesis, in the order given), the level, and the cut that was used.

    `cut` is on the scale of the input: reject where log10 e >= cut, or p <= cut; +inf or -inf where nothing was rejected.
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


def e_bh(log10_e: npt.ArrayLike, level: float, *, hypotheses: int | None = None) -> Rejections:
    """Reject the k largest e-values, k the largest for which the k-th is at least m / (level * k).

    The expected share of false rejections is at most `level` under any dependence between the e-values. `hypotheses` is m
    where more were looked at than have an e-value here (candidates dropped before they were judged must be counted).
    Source: R. Wang, A. Ramdas, False discovery rate control with e-values, JRSS B 84 (2022), 822-852, definition 1.
    """
    _check_level(level)
    e = np.asarray(log10_e, dtype=np.float64)
    if np.isnan(e).any():
        raise ValueError("expected log10 e-values without NaN; leave out tests that were not evaluated")
    m = e.size if hypotheses is None else hypotheses
    if m < e.size:
        raise ValueError(f"expected at least {e.size} hypotheses, one for each e-value, got {m}")
    if e.size == 0:
        return Rejections(rejected=np.zeros(0, np.bool_), level=level, cut=np.inf)
    descending = np.sort(e)[::-1]
    needed = np.log10(m / level) - np.log10(np.arange(1, e.size + 1))
    enough = np.flatnonzero(descending >= needed)
    cut = float(needed[enough[-1]]) if enough.size else np.inf
    return Rejections(rejected=np.asarray(e >= cut), level=level, cut=cut)


def benjamini_hochberg(p_values: npt.ArrayLike, level: float) -> Rejections:
    """Reject the k smallest p-values, k the largest for which the k-th is at most level * k / m.

    Assumptions: independent p-values, or positive regression dependence on the true nulls.
    Source: Y. Benjamini, Y. Hochberg, JRSS B 57 (1995), 289-300.
    """
    return _step_up(p_values, level, level)


def benjamini_yekutieli(p_values: npt.ArrayLike, level: float) -> Rejections:
    """As Benjamini-Hochberg at level / (1 + 1/2 + ... + 1/m): valid under any dependence.

    Source: Y. Benjamini, D. Yekutieli, Annals of Statistics 29 (2001), theorem 1.3.
    """
    m = max(np.asarray(p_values).size, 1)
    return _step_up(p_values, level, level / float(np.sum(1.0 / np.arange(1, m + 1))))


def _step_up(p_values: npt.ArrayLike, level: float, effective: float) -> Rejections:
    _check_level(level)
    p = np.asarray(p_values, dtype=np.float64)
    if np.isnan(p).any() or (p < 0.0).any() or (p > 1.0).any():
        raise ValueError("expected p-values between 0 and 1; leave out tests that were not evaluated")
    allowed = effective * np.arange(1, p.size + 1) / max(p.size, 1)
    enough = np.flatnonzero(np.sort(p) <= allowed)
    cut = float(allowed[enough[-1]]) if enough.size else -np.inf
    return Rejections(rejected=np.asarray(p <= cut), level=level, cut=cut)

"""Turns p-values into e-values and merges e-values; everything is in log10, because products of evidence overflow.

An e-value is a non-negative statistic with expectation at most 1 under the null: e >= 100 is as rare as p <= 0.01, and unlike
p-values e-values may be averaged whatever their dependence, and multiplied when each holds given the ones before it.
Source: V. Vovk, R. Wang, E-values: calibration, combination and applications, Annals of Statistics 49 (2021), 1736-1754.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def _checked_p(p_values: npt.ArrayLike) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    if np.isnan(p).any() or (p < 0.0).any() or (p > 1.0).any():
        raise ValueError("expected p-values between 0 and 1; leave out tests that were not evaluated")
    return np.asarray(np.maximum(p, np.finfo(np.float64).tiny), dtype=np.float64)


def _checked_log10(log10_e: npt.ArrayLike) -> FloatArray:
    e = np.asarray(log10_e, dtype=np.float64)
    if np.isnan(e).any():
        raise ValueError("expected log10 e-values without NaN; leave out tests that were not evaluated")
    return e


def log10_e_from_p(p_values: npt.ArrayLike, *, kappa: float = 0.5) -> FloatArray:
    """Return log10 of the calibrated e-values kappa * p**(kappa - 1), 0 < kappa < 1 (default: sqrt(1/p)/2).

    Smaller kappa pays more for very small p and less for moderate ones. Source: Vovk & Wang 2021, equation (1).
    """
    if not 0.0 < kappa < 1.0:
        raise ValueError(f"expected kappa strictly between 0 and 1, got {kappa}")
    return np.asarray(np.log10(kappa) + (kappa - 1.0) * np.log10(_checked_p(p_values)), dtype=np.float64)


def log10_e_from_p_mixture(p_values: npt.ArrayLike) -> FloatArray:
    """Return log10 of (1 - p + p ln p) / (p ln(p)**2), the mixture of the calibrators above over every kappa.

    Within a factor ln(p)**2 of 1/p without choosing a kappa; 1/2 at p = 1. Source: Vovk & Wang 2021, equation (2).
    """
    p = _checked_p(p_values)
    log_p = np.log(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        e = (1.0 - p + p * log_p) / (p * log_p**2)
    # Near 1 the quotient is 0/0; with u = 1 - p it expands to (u^2/2 + u^3/6) / (u^2 + O(u^4)).
    u = 1.0 - p
    e = np.where(u < 1e-4, 0.5 + u / 6.0, e)
    return np.asarray(np.log10(e), dtype=np.float64)


def log10_e_product(log10_e: npt.ArrayLike) -> float:
    """Return log10 of the product of e-values; the empty product is 1.

    Assumptions: the e-values are independent, or each is valid given the earlier ones. Nothing here checks that.
    """
    return float(_checked_log10(log10_e).sum())


def log10_e_average(log10_e: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return log10 of the weighted mean of e-values: valid under any dependence (Vovk & Wang 2021, Proposition 3.1).

    `weights` are non-negative, fixed before the data were seen, and need not sum to 1. The empty mean is 1.
    """
    e = _checked_log10(log10_e)
    if e.size == 0:
        return 0.0
    w = np.ones_like(e) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != e.shape or (w < 0.0).any() or not w.sum() > 0.0:
        raise ValueError("expected one non-negative weight for each e-value, not all zero")
    top = float(e.max())
    if not np.isfinite(top):
        return top
    return top + float(np.log10(np.sum(w * 10.0 ** (e - top)) / w.sum()))


def log10_e_shrunk(log10_e: float, *, share: float = 0.5) -> float:
    """Return log10 of (1 - share) + share * e: a bet of only a part, so that one weak test cannot ruin a product."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"expected a share between 0 and 1, got {share}")
    return log10_e_average([0.0, log10_e], [1.0 - share, share])


def p_from_log10_e(log10_e: npt.ArrayLike) -> FloatArray:
    """Return the p-values min(1, 1/e), the only admissible way back (Vovk & Wang 2021, Proposition 2.2)."""
    return np.asarray(np.minimum(1.0, 10.0 ** (-_checked_log10(log10_e))), dtype=np.float64)

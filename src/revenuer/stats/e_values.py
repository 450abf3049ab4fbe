"""Turns p-values into e-values, in log10, because products of evidence overflow.

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


def log10_e_from_p_mixture(p_values: npt.ArrayLike) -> FloatArray:
    """Return log10 of (1 - p + p ln p) / (p ln(p)**2), the mixture of the calibrators
    kappa * p**(kappa - 1) over every kappa in (0, 1).

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


def log10_e_from_p_power(p_values: npt.ArrayLike, kappa: float = 0.1) -> FloatArray:
    """Return log10 of kappa * p**(kappa - 1): one calibrator where it is known that only very small p-values matter.

    With the default it is the largest of its kind at p = e**-10, and there five times the mixture of all. Source: Vovk & Wang 2021,
    equation (1).
    """
    if not 0.0 < kappa < 1.0:
        raise ValueError(f"expected kappa strictly between 0 and 1, got {kappa}")
    return np.asarray(np.log10(kappa) + (kappa - 1.0) * np.log10(_checked_p(p_values)), dtype=np.float64)

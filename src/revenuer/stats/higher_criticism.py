"""Asks whether a few of many p-values are too small, when none of them is small enough alone.

Source: D. Donoho, J. Jin, Higher criticism for detecting sparse heterogeneous mixtures, Annals of Statistics 32 (2004), 962-994,
equation (1.4) and the finite-sample remedy of section 3 (p-values below 1/n left out: HC+).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class HigherCriticism:
    """The statistic, how many of the n p-values lie at or below where it is reached, and its p-value by resampling."""

    statistic: float
    suspected: int
    n: int
    p_value: float
    resamples: int


def higher_criticism_statistic(p_values: npt.ArrayLike, *, share: float = 0.5) -> tuple[float, int]:
    """Return (HC+, index where it is reached, from 1): max of sqrt(n) (i/n - p_(i)) / sqrt(p_(i) (1 - p_(i))) over
    i <= share * n and p_(i) >= 1/n. (0, 0) where no p-value qualifies."""
    p = np.sort(np.asarray(p_values, dtype=np.float64))
    if p.size == 0 or np.isnan(p).any() or p[0] < 0.0 or p[-1] > 1.0:
        raise ValueError("expected at least one p-value, all between 0 and 1")
    n = p.size
    i = np.arange(1, n + 1)
    usable = (i <= max(1, int(share * n))) & (p >= 1.0 / n) & (p < 1.0)
    if not usable.any():
        return 0.0, 0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(usable, np.sqrt(n) * (i / n - p) / np.sqrt(p * (1.0 - p)), -np.inf)
    best = int(np.argmax(z))
    return float(z[best]), best + 1


def higher_criticism(
    p_values: npt.ArrayLike, rng: np.random.Generator, *, share: float = 0.5, resamples: int = 999
) -> HigherCriticism:
    """Return the test of "all p-values are uniform and independent" against "a few come from elsewhere".

    The null is drawn anew with uniform p-values at the same n: the limit law is far off at any practical size.
    Assumptions: independent p-values, uniform (or larger) under the null.
    """
    p = np.asarray(p_values, dtype=np.float64)
    statistic, suspected = higher_criticism_statistic(p, share=share)
    null = np.array(
        [higher_criticism_statistic(rng.random(p.size), share=share)[0] for _ in range(resamples)]
    )
    return HigherCriticism(
        statistic=statistic,
        suspected=suspected,
        n=p.size,
        p_value=(1 + int((null >= statistic).sum())) / (resamples + 1),
        resamples=resamples,
    )

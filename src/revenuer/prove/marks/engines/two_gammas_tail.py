"""The exact upper tail of a weighted sum of two gamma variables, in log10: the null of a score that mixes two keys."""

import math
from collections.abc import Callable

import numpy as np
from scipy import integrate, optimize

from revenuer.stats.exact_tails import log10_gamma_tail

_LN10 = math.log(10.0)
_DROP = 60.0
"""Where the integrand has fallen by e**-60 it no longer counts."""


def log10_two_gammas_tail(score: float, shape: int, first: float, second: float) -> float:
    """Return log10 of P(first A + second B >= score) for independent A, B ~ Gamma(shape, 1), to about 1e-8 of p.

    The integral over B's density of A's tail: its integrand is log-concave, so that one peak is all there is to find. Raises ValueError
    unless shape >= 1, score >= 0 and both weights are at least 0 and not both 0.
    """
    if shape < 1 or score < 0.0 or min(first, second) < 0.0 or first + second <= 0.0:
        raise ValueError(
            f"expected a shape, a score and weights that are not negative, got {shape}, {score}, {first}, {second}"
        )
    large, small = max(first, second), min(first, second)
    if small == 0.0:
        return log10_gamma_tail(score / large, shape)
    if large == small:
        return log10_gamma_tail(score / large, 2 * shape)
    end = score / small
    beyond = log10_gamma_tail(end, shape) * _LN10

    def log_integrand(b: float) -> float:
        density = (shape - 1) * math.log(b) - b - math.lgamma(shape)
        return density + log10_gamma_tail(max((score - small * b) / large, 0.0), shape) * _LN10

    if end <= 0.0:
        return 0.0
    inside = _log_integral(log_integrand, end)
    return min(float(np.logaddexp(inside, beyond)) / _LN10, 0.0)


def _log_integral(log_integrand: Callable[[float], float], end: float) -> float:
    """Return ln of the integral over (0, end) of a function whose logarithm is concave."""
    tiny = end * 1e-12
    found = optimize.minimize_scalar(
        lambda b: -log_integrand(b),
        bounds=(tiny, end * (1.0 - 1e-12)),
        method="bounded",
        options={"xatol": end * 1e-9},
    )
    top, height = float(found.x), -float(found.fun)

    def below(b: float) -> float:
        return log_integrand(b) - height + _DROP

    low = 0.0 if below(tiny) > 0.0 else float(optimize.brentq(below, tiny, top))
    high = (
        end if below(end * (1.0 - 1e-12)) > 0.0 else float(optimize.brentq(below, top, end * (1.0 - 1e-12)))
    )

    def scaled(b: float) -> float:
        return math.exp(log_integrand(b) - height) if b > 0.0 else 0.0

    left, _ = integrate.quad(scaled, low, top, epsabs=0.0, epsrel=1e-10, limit=200)
    right, _ = integrate.quad(scaled, top, high, epsabs=0.0, epsrel=1e-10, limit=200)
    return height + math.log(left + right)

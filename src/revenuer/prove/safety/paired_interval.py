"""The score interval of a difference between two paired proportions."""

import math

from scipy import optimize, stats


def tango_interval(b: float, c: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return limits of (b - c) / n, where of n pairs b have the first alone and c the second alone; fractions are allowed.

    Never of width 0, and within -1 and 1. Assumes independent pairs. Raises ValueError unless 0 <= b, c and b + c <= n, n > 0.
    Source: T. Tango, Statistics in Medicine 17 (1998), 891-908, section 2.3 (score interval, restricted maximum likelihood).
    """
    if not (b >= 0 and c >= 0 and n > 0 and b + c <= n + 1e-9) or not 0 < confidence < 1:
        raise ValueError(
            f"expected 0 <= b, c, b + c <= n and a confidence within 0 and 1, got {b}, {c}, {n}, {confidence}"
        )
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    estimate = (b - c) / n

    def beyond(delta: float) -> float:
        return _score(b, c, n, delta)

    low = (
        -1.0
        if beyond(-1.0 + 1e-12) <= z
        else float(optimize.brentq(lambda d: beyond(d) - z, -1.0 + 1e-12, estimate))
    )
    high = (
        1.0
        if beyond(1.0 - 1e-12) >= -z
        else float(optimize.brentq(lambda d: beyond(d) + z, estimate, 1.0 - 1e-12))
    )
    return low, high


def _score(b: float, c: float, n: float, delta: float) -> float:
    """Return the standardised distance of the data from a difference of `delta`: falls with delta."""
    if abs(b - c - n * delta) < 1e-14 * n:
        return 0.0
    middle = -b - c + (2 * n - b + c) * delta
    last = -c * delta * (1 - delta)
    second = (math.sqrt(max(middle * middle - 8 * n * last, 0.0)) - middle) / (4 * n)
    variance = n * (2 * second + delta * (1 - delta))
    return (
        (b - c - n * delta) / math.sqrt(variance)
        if variance > 0
        else math.copysign(math.inf, b - c - n * delta)
    )

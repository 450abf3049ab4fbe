"""Upper tails of the binomial and gamma laws in log10, where probabilities are far below what a float holds."""

import math

import numpy as np
from scipy import special, stats

LN10 = math.log(10.0)


def log10_binomial_tail(successes: int, n: int, chance: float, *, mid: bool = False) -> float:
    """Return log10 of P(X >= successes) for X ~ Binomial(n, chance); with `mid`, of P(X > successes) + P(X = successes) / 2.

    The mid-p value has size alpha on average over n instead of at most alpha at each n; name it where it is used. Exact to a relative
    1e-10 of the logarithm. Raises ValueError outside of 0 <= successes <= n, 0 < chance < 1.
    """
    if not 0 <= successes <= n or not 0.0 < chance < 1.0:
        raise ValueError(f"expected 0 <= successes <= n and 0 < chance < 1, got {successes}, {n}, {chance}")
    point = float(stats.binom.logpmf(successes, n, chance)) if n else 0.0
    above = _log_above(successes, n, chance)
    total = np.logaddexp(above, point - (math.log(2.0) if mid else 0.0))
    return min(float(total) / LN10, 0.0)


def _log_above(successes: int, n: int, chance: float) -> float:
    """Return ln P(X > successes)."""
    if successes >= n:
        return -math.inf
    tail = float(special.betainc(successes + 1, n - successes, chance))
    if tail > 1e-280:
        return math.log(tail)
    # Each term is the one before times (n - j) / (j + 1) * odds, which falls: after `terms` the rest is below 1e-16 of the sum.
    ratio = (n - successes) / (successes + 1) * chance / (1.0 - chance)
    terms = n if ratio >= 1.0 else math.ceil(37.0 / -math.log(ratio)) + 1 if ratio > 0.0 else 1
    j = np.arange(successes + 1, min(n, successes + terms) + 1)
    return float(special.logsumexp(stats.binom.logpmf(j, n, chance)))


def log10_gamma_tail(total: float, shape: float) -> float:
    """Return log10 of P(G >= total) for G ~ Gamma(shape, 1): the sum of `shape` independent exponentials of mean one.

    Exact to a relative 1e-10 of the logarithm. Raises ValueError unless shape > 0 and total >= 0.
    """
    if not shape > 0.0 or not total >= 0.0:
        raise ValueError(f"expected shape > 0 and total >= 0, got {shape} and {total}")
    tail = float(special.gammaincc(shape, total))
    if tail > 1e-280:
        return min(math.log10(tail), 0.0)
    # Legendre's continued fraction (DLMF 8.9.2), which converges fast where total is far beyond shape.
    b = total + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 100_000):
        a = -i * (i - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        h *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    else:
        raise ArithmeticError(f"the tail of Gamma({shape}) beyond {total} did not converge")
    log_tail = shape * math.log(total) - total - float(special.gammaln(shape)) + math.log(h)
    return float(log_tail / LN10)

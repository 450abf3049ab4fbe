"""The exact upper tail of a sum of independent whole numbers, in log10, however far out."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft, optimize, special

FloatArray = npt.NDArray[np.float64]
_LN10 = math.log(10.0)
_STEEPEST = 700.0
"""Tilts beyond e**700 for each unit leave a double."""
_PLAIN = 1e-5
"""Tails above this are read off the plain convolution, whose error is some 1e-14."""


class Part(NamedTuple):
    """`times` independent numbers with the same law: `log_chances[x]` = ln P(X = x) for x = 0, 1, ... (-inf where it cannot be)."""

    log_chances: FloatArray
    times: int = 1


class SumLaw:
    """The law of the sum of all parts' numbers.

    In the middle it is their convolution by Fourier transforms; far out the law is first tilted until its mean lies where the tail begins.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        """Raises ValueError where the chances of a part do not add up to one."""
        for part in parts:
            if abs(special.logsumexp(part.log_chances)) > 1e-9:
                raise ValueError("expected chances that add up to one")
        self._parts = tuple(parts)
        possible = [np.flatnonzero(np.isfinite(part.log_chances)) for part in parts]
        self.least = sum(part.times * int(x[0]) for part, x in zip(parts, possible, strict=True))
        self.most = sum(part.times * int(x[-1]) for part, x in zip(parts, possible, strict=True))

    def log10_tail(self, total: int) -> float:
        """Return log10 of P(sum >= total), to about 1e-9 of p; -inf where no sum reaches `total`."""
        if total <= self.least:
            return 0.0
        if total > self.most:
            return -math.inf
        plain = float(self._plain_tails[total])
        if plain > _PLAIN:
            return min(math.log10(plain), 0.0)
        if total == self.most:
            return (
                sum(p.times * float(p.log_chances[np.isfinite(p.log_chances)][-1]) for p in self._parts)
                / _LN10
            )
        tilt = self._tilt_to(total)
        law, log_mass = self._tilted(tilt)
        above = np.arange(law.size - total, dtype=np.float64)
        tail = float((law[total:] * np.exp(-tilt * above)).sum())
        return min((math.log(tail) + log_mass - tilt * total) / _LN10, 0.0)

    @cached_property
    def _plain_tails(self) -> FloatArray:
        """P(sum >= x) for every x."""
        law, _ = self._tilted(0.0)
        return np.asarray(np.cumsum(law[::-1])[::-1])

    def _tilt_to(self, total: int) -> float:
        """Return the tilt t > 0 at which the sum's mean under chances in proportion to P(x) e**(t x) is `total`."""

        def excess(tilt: float) -> float:
            return sum(part.times * _mean(part.log_chances, tilt) for part in self._parts) - total

        high = 1.0
        while excess(high) < 0.0 and high < _STEEPEST:
            high *= 2.0
        return float(optimize.brentq(excess, 0.0, high, xtol=1e-9)) if excess(high) > 0.0 else high

    def _tilted(self, tilt: float) -> tuple[FloatArray, float]:
        """Return the tilted law of the sum, and ln of the mass that tilting gave it."""
        size = 1 + sum(part.times * (part.log_chances.size - 1) for part in self._parts)
        length = fft.next_fast_len(size, real=True)
        spectrum = np.ones(length // 2 + 1, np.complex128)
        log_mass = 0.0
        for part in self._parts:
            tilted = part.log_chances + tilt * np.arange(part.log_chances.size, dtype=np.float64)
            mass = float(special.logsumexp(tilted))
            log_mass += part.times * mass
            spectrum *= fft.rfft(np.exp(tilted - mass), length) ** part.times
        return np.maximum(fft.irfft(spectrum, length)[:size], 0.0), log_mass


def normal_score(log10_p: float) -> float:
    """Return the number that a standard normal exceeds with this chance: a statistic whose law is the same whatever the text."""
    return -float(special.ndtri_exp(min(log10_p, -1e-16) * _LN10))


def log10_normal_tail(score: float) -> float:
    """Return log10 of the chance that a standard normal exceeds `score`: `normal_score` undone."""
    return float(special.log_ndtr(-score)) / _LN10


def _mean(log_chances: FloatArray, tilt: float) -> float:
    x = np.arange(log_chances.size, dtype=np.float64)
    tilted = log_chances + tilt * x
    weights = np.exp(tilted - tilted.max())
    return float((weights * x).sum() / weights.sum())

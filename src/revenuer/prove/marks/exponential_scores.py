"""The law of schemes whose pairs score an exponential of mean one under the null: sums are gammas."""

import math

import numpy as np
from scipy import special, stats

from revenuer.prove.marks.scheme import FloatArray
from revenuer.stats.exact_tails import log10_gamma_tail

LN10 = math.log(10.0)


class ExponentialScores:
    """Tail, bet, interval and power for a sum of n scores. Assumes distinct pairs."""

    __slots__ = ()

    @property
    def unit(self) -> str:
        return "mean score of a pair above chance (1)"

    @property
    def script(self) -> str:
        return "gumbel.py"

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        return np.asarray((statistics - n) / math.sqrt(n))

    def log10_p(self, statistic: float, n: int) -> float:
        return log10_gamma_tail(statistic, n)

    def log10_e(self, statistic: float, n: int) -> float:
        """A bet spread evenly over all rates below one: the mean of their likelihood ratios rate**n * exp((1 - rate) * sum)."""
        if n == 0:
            return 0.0
        below = float(special.gammainc(n + 1.0, statistic))
        if below == 0.0:
            return -math.inf
        log_e = (
            statistic + float(special.gammaln(n + 1.0)) + math.log(below) - (n + 1.0) * math.log(statistic)
        )
        return log_e / LN10

    def share(self, statistic: float, n: int, level: float) -> tuple[float, float, float]:
        """Interval: exact where marked scores are exponentials of a larger mean."""
        tail = (1.0 - level) / 2.0
        high, low = (float(stats.gamma.ppf(q, n)) for q in (tail, 1.0 - tail))
        return statistic / n - 1.0, statistic / low - 1.0, statistic / high - 1.0

    def power(self, n: int, shift: float, alpha: float) -> float:
        """Of a sum of exponentials of mean 1 + shift."""
        return float(stats.gamma.sf(stats.gamma.isf(alpha, n) / (1.0 + shift), n))

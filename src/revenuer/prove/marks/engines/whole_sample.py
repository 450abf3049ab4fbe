"""The law of schemes whose null depends on the text: the statistic is the normal score of the exact p of the whole sample."""

import math

from scipy import stats

from revenuer.prove.marks.engines.lattice_tail import log10_normal_tail
from revenuer.prove.marks.scheme import FloatArray


class WholeSample:
    """Tail, bet, interval and power of a statistic that is standard normal under the null, whatever the sample.

    Assumes that the sample was fixed before it was looked at: its exact p belongs to that size alone.
    """

    __slots__ = ()

    @property
    def unit(self) -> str:
        return "standard deviations of the null for one pair"

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        return statistics

    def log10_p(self, statistic: float, n: int) -> float:
        return log10_normal_tail(statistic)

    def log10_e(self, statistic: float, n: int) -> float:
        """Return log10 of 1 / (2 sqrt(p)): an e-value of this one sample, not of a growing one.

        Source: V. Vovk, R. Wang, E-values, Annals of Statistics 49 (2021), 1736-1754, the calibrators kappa p**(kappa - 1).
        """
        return -0.5 * log10_normal_tail(statistic) - math.log10(2.0)

    def share(self, statistic: float, n: int, level: float) -> tuple[float, float, float]:
        reach = float(stats.norm.isf((1.0 - level) / 2.0))
        root = math.sqrt(n)
        return statistic / root, (statistic - reach) / root, (statistic + reach) / root

    def power(self, n: int, shift: float, alpha: float) -> float:
        return float(stats.norm.sf(stats.norm.isf(alpha) - shift * math.sqrt(n)))

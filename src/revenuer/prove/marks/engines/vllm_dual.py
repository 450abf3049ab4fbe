"""vLLM's dual-key Gumbel watermark (algorithm `dual_key_gumbel`): the scheme of its detector, with the exact tail.

A token is drawn with key B with chance `alpha` (or where speculative decoding resamples it), else with key A; which, a detector cannot know.
The score of a pair is vLLM's: (1 - alpha) times the exponential by key A and alpha times that by key B. vLLM takes its sum for a gamma with
the same mean and variance; that is an approximation. Here the tail of the weighted sum of two gammas is integrated.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from revenuer.prove.marks.engines.two_gammas_tail import log10_two_gammas_tail
from revenuer.prove.marks.engines.vllm_draws import exponentials, role_key, uniforms
from revenuer.prove.marks.engines.vllm_gumbel import WIDEST, whole_key
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

_RATES = np.linspace(0.02, 0.98, 49)
"""Tilts that the bet is spread over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmDual:
    """`width`: vLLM's `context_width`; `alpha`: its `alpha`. A key is its one `key`, low word first."""

    width: int = 4
    alpha: float = 0.1

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= WIDEST or not 0.0 <= self.alpha <= 1.0:
            raise UsageError(
                f"got context width {self.width}, alpha {self.alpha}; expected 1 to {WIDEST} and 0 to 1"
            )

    @property
    def name(self) -> str:
        return "vllm-dual"

    @property
    def key_words(self) -> int:
        return 2

    @property
    def unit(self) -> str:
        return "mean score of a pair above chance (1)"

    @property
    def script(self) -> str:
        return "engine_gumbel.py"

    @property
    def _spread(self) -> float:
        """Standard deviation of a pair's score under the null."""
        return math.hypot(1.0 - self.alpha, self.alpha)

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width, "alpha": self.alpha}

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        return np.array([self._scores(pairs, key).sum() for key in keys])

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self._scores(pairs, key))])[pairs.ends]

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        return np.asarray((statistics - n) / (self._spread * math.sqrt(n)))

    def log10_p(self, statistic: float, n: int) -> float:
        return log10_two_gammas_tail(statistic, n, 1.0 - self.alpha, self.alpha)

    def log10_e(self, statistic: float, n: int) -> float:
        """A bet spread evenly over tilts t: the mean of exp(t sum) / E exp(t sum), with the law of the weighted sum."""
        most = max(1.0 - self.alpha, self.alpha)
        t = _RATES / most
        log_mass = -n * (np.log1p(-t * (1.0 - self.alpha)) + np.log1p(-t * self.alpha))
        bets = special.logsumexp(t * statistic - log_mass) - math.log(t.size)
        return float(bets) / math.log(10.0)

    def share(self, statistic: float, n: int, level: float) -> tuple[float, float, float]:
        """Interval: where marked scores are the null's times a factor, by a gamma of the null's mean and variance."""
        shape, tail = n / self._spread**2, (1.0 - level) / 2.0
        high, low = (float(stats.gamma.ppf(q, shape, scale=n / shape)) for q in (tail, 1.0 - tail))
        return statistic / n - 1.0, statistic / low - 1.0, statistic / high - 1.0

    def power(self, n: int, shift: float, alpha: float) -> float:
        """Of a gamma of the null's mean and variance, its scale raised by `shift` null standard deviations."""
        shape = n / self._spread**2
        return float(stats.gamma.sf(stats.gamma.isf(alpha, shape) / (1.0 + shift * self._spread), shape))

    def _scores(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        whole = whole_key(key)
        by_a, by_b = (
            exponentials(uniforms(pairs.tokens, pairs.at, self.width, role_key(whole, role)))
            for role in (b"key_a", b"key_b")
        )
        return np.asarray((1.0 - self.alpha) * by_a + self.alpha * by_b)

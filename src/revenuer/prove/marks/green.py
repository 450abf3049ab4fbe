"""Green lists: before each token a keyed draw makes a share gamma of the vocabulary green, and green tokens gain delta in their logits.

The forensic profile is a window of one or two tokens: what a student learns of a mark it learns window by window, and it meets longer windows
too seldom. Under the null each distinct pair is green with chance gamma, independently: the count is binomial.
Source: J. Kirchenbauer et al., A watermark for large language models, ICML 2023; T. Sander et al., Watermarking makes language models
radioactive, NeurIPS 2024 (de-duplication). Each colour is one independent draw here, see `prf`.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special, stats

from revenuer.prove.marks.pair_kernels import Int32Array, Int64Array
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import WORDS, Key, Uint32Array, green_threshold, vocabulary_words, word_before
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError
from revenuer.stats.exact_tails import log10_binomial_tail
from revenuer.stats.intervals import clopper_pearson

LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Green:
    """`width`: tokens of a window; `gamma`: share of green tokens; `delta`: what a green token gains in its logit, nats."""

    width: int = 1
    gamma: float = 0.25
    delta: float = 2.0

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.width <= 8 or not 0.0 < self.gamma < 1.0 or not 0.0 <= self.delta <= 50.0:
            raise UsageError(
                f"got width {self.width}, gamma {self.gamma}, delta {self.delta}; expected width 1 to 8, "
                "gamma between 0 and 1, delta 0 to 50"
            )

    @property
    def name(self) -> str:
        return "green"

    @property
    def key_words(self) -> int:
        return 2

    @property
    def unit(self) -> str:
        return "share of green pairs above chance"

    @property
    def script(self) -> str:
        return "green.py"

    @property
    def chance(self) -> float:
        """The chance of green, to the bit: gamma in steps of 2**-32."""
        return green_threshold(self.gamma) / WORDS

    def options(self) -> dict[str, float | int | str]:
        return {"scheme": self.name, "width": self.width, "gamma": self.gamma, "delta": self.delta}

    def marked_logits(self, logits: npt.ArrayLike, window: npt.ArrayLike, key: Key) -> FloatArray:
        """Return the logits with delta added where the token is green: shape (vocabulary,)."""
        plain = np.asarray(logits, np.float64)
        green = vocabulary_words(window, plain.size, key) < green_threshold(self.gamma)
        return np.asarray(plain + self.delta * green)

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        counts = np.empty(len(keys), np.int64)
        _counts(pairs.tokens, pairs.at, self.width, keys, np.uint64(green_threshold(self.gamma)), counts)
        return counts.astype(np.float64)

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self.values(pairs, key))])[pairs.ends]

    def values(self, pairs: Pairs, key: Uint32Array) -> Int64Array:
        """Return 1 for each green pair, else 0: shape (n,)."""
        green = np.empty(pairs.n, np.int64)
        _greens(pairs.tokens, pairs.at, self.width, key, np.uint64(green_threshold(self.gamma)), green)
        return green

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        return np.asarray((statistics - n * self.chance) / math.sqrt(n * self.chance * (1.0 - self.chance)))

    def log10_p(self, statistic: float, n: int) -> float:
        return log10_binomial_tail(round(statistic), n, self.chance)

    def log10_mid_p(self, statistic: float, n: int) -> float:
        """Return log10 of the mid-p value: size alpha on average over n, where `log10_p` has at most alpha at each."""
        return log10_binomial_tail(round(statistic), n, self.chance, mid=True)

    def log10_e(self, statistic: float, n: int) -> float:
        """A bet spread evenly over all chances of green above the null's: the mean of their likelihood ratios."""
        a, b = statistic + 1.0, n - statistic + 1.0
        above = float(special.betaincc(a, b, self.chance))
        if above == 0.0:
            return -math.inf
        bets = float(special.betaln(a, b)) + math.log(above) - math.log1p(-self.chance)
        null = statistic * math.log(self.chance) + (n - statistic) * math.log1p(-self.chance)
        return (bets - null) / LN10

    def share(self, statistic: float, n: int, level: float) -> tuple[float, float, float]:
        found = clopper_pearson(round(statistic), n, level)
        return found.share - self.chance, found.low - self.chance, found.high - self.chance

    def power(self, n: int, shift: float, alpha: float) -> float:
        chance = min(self.chance + shift * math.sqrt(self.chance * (1.0 - self.chance)), 1.0)
        needed = float(stats.binom.isf(alpha, n, self.chance)) + 1.0
        return float(stats.binom.sf(needed - 1.0, n, chance))


@njit(cache=True)
def _counts(
    tokens: Int32Array,
    at: Int64Array,
    width: int,
    keys: Uint32Array,
    threshold: np.uint64,
    out: Int64Array,
) -> None:
    for k in range(keys.shape[0]):
        k0, k1 = np.uint64(keys[k, 0]), np.uint64(keys[k, 1])
        count = 0
        for j in range(at.size):
            count += word_before(tokens, at[j], width, k0, k1) < threshold
        out[k] = count


@njit(cache=True)
def _greens(
    tokens: Int32Array, at: Int64Array, width: int, key: Uint32Array, threshold: np.uint64, out: Int64Array
) -> None:
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for j in range(at.size):
        out[j] = word_before(tokens, at[j], width, k0, k1) < threshold

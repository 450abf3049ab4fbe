"""The null laws of an open test: what the sum of payments is, row by row independently, when the key was drawn at random.

Green lists: each token of a row is green with chance gamma, independently; the row pays the stakes of its green tokens, less their mean.
Gumbel: in each row the key picks one token, with exactly the reference's probabilities; the row pays that token's stake, less its mean.
Any stakes and weights that know nothing of the key are valid; these were chosen for power.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from revenuer.prove.marks import DualGumbel, Green, Gumbel, Scheme
from revenuer.prove.marks.prf import WORDS, green_threshold, uniforms
from revenuer.prove.radioactivity.keyed_words import words_of
from revenuer.prove.radioactivity.stakes import FloatArray, Stakes
from revenuer.records import UsageError

LEAST = 1e-9
"""Added to every chance, so that a token of reference probability 0 can be asked about."""
SMALL = 1e-5
"""Tokens that both models hold for less likely weigh as if they were this likely."""
FAINT = 1e-4
"""Probabilities far below this are not told apart: their logarithms are noise."""
STRENGTH = 0.05
"""The share of a window's draws that is taken to follow the key, for the stakes of counted text."""
SMALLEST = 1e-4
"""Chances of tokens in counted text are not told apart below this."""


class Law(Protocol):
    """What is needed of a scheme. `stakes` are those that it was made of."""

    @property
    def variance(self) -> float:
        """The exact variance of the statistic under the null."""
        ...

    def payments(self, key: tuple[int, ...]) -> FloatArray:
        """Return what each row pays under a key; the mean over keys is 0. The statistic is their sum."""
        ...

    def gains(self, key: tuple[int, ...]) -> FloatArray:
        """Return the effect in each row, in the unit of the verdict: as the payments, without weights."""
        ...

    def expected(self, effect: float) -> float:
        """Return the statistic to expect where the mean gain of a row is `effect`."""
        ...

    def cumulant(self, tilt: float) -> float:
        """Return log E exp(tilt * statistic) over keys, exactly."""
        ...


@dataclass(frozen=True, slots=True)
class GreenLaw:
    """Pays, on green tokens, (suspect - reference) / sqrt(their mean) times sqrt(frequency of the window).

    Those are Pearson residuals: what differs between two models that learnt from other samples spreads about as a count does, so that each
    token weighs by how well it is known. Of counted text it pays (suspect - reference) times frequency, the count beyond what was expected:
    there chance in the draws of the text is the larger part, and it spreads as the expectation does. `threshold`: words below it are green. `stake`: (rows, kept).
    """

    stakes: Stakes
    threshold: int
    stake: FloatArray

    @property
    def gamma(self) -> float:
        """The chance of green, to the bit."""
        return self.threshold / WORDS

    @property
    def variance(self) -> float:
        return float(self.gamma * (1.0 - self.gamma) * (self.stake**2).sum())

    def payments(self, key: tuple[int, ...]) -> FloatArray:
        return np.asarray((self.stake * self._green(key)).sum(1))

    def gains(self, key: tuple[int, ...]) -> FloatArray:
        return np.asarray(((self.stakes.suspect - self.stakes.reference) * self._green(key)).sum(1))

    def expected(self, effect: float) -> float:
        # As if training had raised every green token by one factor: then gains go as R, payments as the stake per probability times R.
        if self.stakes.counted:
            return effect * float(self.stakes.frequencies.sum())
        held = self.stakes.reference
        rows = np.sqrt(np.maximum(held, SMALL)).sum(1) / np.maximum(held.sum(1), SMALL)
        return effect * float((np.sqrt(self.stakes.frequencies) * rows).sum())

    def _green(self, key: tuple[int, ...]) -> FloatArray:
        return np.asarray((words_of(self.stakes, (key[0], key[1])) < self.threshold) - self.gamma, np.float64)

    def cumulant(self, tilt: float) -> float:
        x = tilt * self.stake
        # log(1 - g + g exp(x)) for large x too, where exp overflows.
        return float((np.logaddexp(math.log1p(-self.gamma), x + math.log(self.gamma)) - self.gamma * x).sum())


@dataclass(frozen=True, slots=True)
class GumbelLaw:
    """Pays, in each row, log(suspect / reference) of the token that the key picks with the reference's probabilities, times sqrt(frequency of the
    window); of counted text, the log-likelihood ratio of its counts
    for a share STRENGTH of them following the key.

    `keys`: one, or two where each token was marked by either (dual Gumbel): then each row is played twice. `chances`: the reference's
    probabilities, each row's scaled to sum to one. `ratio`: what is paid, before the weight,
    less its mean; `gain`: the effect. All (rows, kept). `weight`: (rows,).
    """

    stakes: Stakes
    keys: int
    chances: FloatArray
    ratio: FloatArray
    gain: FloatArray
    weight: FloatArray

    @property
    def variance(self) -> float:
        return float(self.keys * (self.weight**2 * (self.chances * self.ratio**2).sum(1)).sum())

    def payments(self, key: tuple[int, ...]) -> FloatArray:
        return self.weight * self._picked(self.ratio, key)

    def gains(self, key: tuple[int, ...]) -> FloatArray:
        return self._picked(self.gain, key)

    def expected(self, effect: float) -> float:
        if not self.stakes.counted:
            return effect * float(self.weight.sum())
        slope = (self.chances * (_marked_draw(self.chances) - math.log1p(-STRENGTH))).sum(1)
        return effect * float((self.weight * slope).sum())

    def _picked(self, values: FloatArray, key: tuple[int, ...]) -> FloatArray:
        """Return the sum over keys of each row's value of the token that the key picks: the smallest -log(u) / chance."""
        paid = np.zeros(self.stakes.rows)
        for i in range(self.keys):
            words = words_of(self.stakes, (key[2 * i], key[2 * i + 1]))
            picked = np.argmin(-np.log(uniforms(words)) / self.chances, axis=1)
            paid += np.take_along_axis(values, picked[:, None], 1)[:, 0]
        return paid

    def cumulant(self, tilt: float) -> float:
        x = tilt * self.weight[:, None] * self.ratio
        return float(self.keys * special.logsumexp(x, b=self.chances, axis=1).sum())


def green_law(stakes: Stakes, gamma: float) -> GreenLaw:
    """Return the law of a green list."""
    mean = np.maximum((stakes.suspect + stakes.reference) / 2.0, SMALL)
    beyond = stakes.suspect - stakes.reference
    if stakes.counted:
        stake = beyond * stakes.frequencies[:, None]
    else:
        stake = beyond / np.sqrt(mean) * np.sqrt(stakes.frequencies)[:, None]
    return GreenLaw(stakes, green_threshold(gamma), stake)


def gumbel_law(stakes: Stakes, keys: int) -> GumbelLaw:
    """Return the law of Gumbel marks."""
    chances = stakes.reference + LEAST
    chances /= chances.sum(1, keepdims=True)
    if stakes.counted:
        ratio = stakes.suspect * _marked_draw(chances) + (1.0 - stakes.suspect) * math.log1p(-STRENGTH)
        gain, weight = stakes.suspect - stakes.reference, stakes.frequencies
    else:
        gain = ratio = np.log(stakes.suspect + FAINT) - np.log(stakes.reference + FAINT)
        weight = np.sqrt(stakes.frequencies)
    ratio, gain = (x - (chances * x).sum(1, keepdims=True) for x in (ratio, gain))
    return GumbelLaw(stakes, keys, chances, ratio, gain, weight)


def _marked_draw(chances: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio of a draw of each token, if it is the one that the key picks."""
    rarer = np.maximum(chances, SMALLEST)
    return np.asarray(np.log1p(STRENGTH * (1.0 - rarer) / rarer))


def law_of(scheme: Scheme, stakes: Stakes) -> Law:
    """Return the law of a scheme. Raises UsageError for one that has no open test."""
    if isinstance(scheme, Green):
        return green_law(stakes, scheme.gamma)
    if isinstance(scheme, Gumbel):
        return gumbel_law(stakes, 1)
    if isinstance(scheme, DualGumbel):
        return gumbel_law(stakes, 2)
    raise UsageError(
        f"the open test knows the schemes green, gumbel and dual_gumbel, got {scheme.name}; use the closed test for others"
    )

"""What every scheme of marks answers to, ours and those of serving engines."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array

FloatArray = npt.NDArray[np.float64]


class Scheme(Protocol):
    """How a text is tested for one kind of mark.

    `name`: part of what keys are derived from. `key_words`: 32-bit words of a key. `width`: tokens of a window. `unit`: what the mean of the
    statistic counts.
    """

    @property
    def name(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def key_words(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def script(self) -> str:
        """The file of `prove.pack.scripts` that recomputes p."""
        ...

    def options(self) -> dict[str, float | int | str]:
        """Return what a server and a pack's script need to know beside the key, JSON values."""
        ...

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        """Return the statistic under each key: shape (keys, key_words) in, (keys,) out. Larger speaks for the mark."""
        ...

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        """Return the statistic of the responses 0 .. i under one key, for every i."""
        ...

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        """Return (statistic - mean) / standard deviation under the null law of n pairs."""
        ...

    def log10_p(self, statistic: float, n: int) -> float:
        """Return log10 of the exact chance of at least this statistic under the null."""
        ...

    def log10_e(self, statistic: float, n: int) -> float:
        """Return log10 of the value of a bet against the null after n pairs: a test martingale as n grows."""
        ...

    def share(self, statistic: float, n: int, level: float) -> tuple[float, float, float]:
        """Return (estimate, low, high): the mean statistic of a pair beyond what the null gives, in `unit`."""
        ...

    def power(self, n: int, shift: float, alpha: float) -> float:
        """Return the chance of p <= alpha when the mean of each pair is `shift` null standard deviations above the null's."""
        ...

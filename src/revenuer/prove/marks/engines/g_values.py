"""The g-values of SynthID-Text as transformers draws them (`SynthIDTextWatermarkingConfig`), and the exact law of their sums over the key.

Each n-gram is hashed to 64 bits; for every layer the layer's key is added, one step of a linear congruential generator is taken, and the
result, modulo the size of a table of random bits, names a bit of it. For a table whose size S is a power of two only the low bits of
everything count: a layer's key merely turns the table, and there are S keys that differ. So the law of a layer's sum over a key drawn
at random is known exactly, whatever the text: it is the sum at each of the S turns, all of which one Fourier transform gives.
Bit for bit as transformers 5.23.0 on torch 2.13.0 draws them. The Gemini app uses another hash: nothing here finds that mark.
Source: S. Dathathri et al., Scalable watermarking for identifying large language model outputs, Nature 634 (2024), 818-823.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from revenuer.prove.marks.engines.mersenne import bits

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MULTIPLIER = 6364136223846793005
LARGEST_TABLE = 1 << 24
HEAVIEST, LIGHTEST = 10.0, 1.0


@dataclass(frozen=True, kw_only=True)
class GValues:
    """Settings as `SynthIDTextWatermarkingConfig` has them: a key for each layer, the first layer's first."""

    keys: tuple[int, ...]
    ngram: int = 5
    table_size: int = 1 << 16
    table_seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for settings that transformers would refuse, or for which no exact law is known."""
        if not self.keys or self.ngram < 2:
            raise ValueError(
                f"expected keys and an n-gram of 2 or more, got {len(self.keys)} and {self.ngram}"
            )
        if not 2 <= self.table_size <= LARGEST_TABLE or self.table_size & (self.table_size - 1):
            raise ValueError(
                f"expected a table whose size is a power of two up to {LARGEST_TABLE}, got {self.table_size}"
            )
        if not all(-(1 << 63) <= key < 1 << 63 for key in self.keys):
            raise ValueError("expected keys of 64 bits with a sign")

    def classes(self, windows: IntArray, tokens: IntArray) -> IntArray:
        """Return the hash of each n-gram modulo the table's size: windows of shape (n, ngram - 1), oldest token first. N-grams of one
        class have the same g-values under every key."""
        state = np.ones(tokens.size, np.uint64)
        for column in (*windows.T, tokens):
            state = (state + column.astype(np.uint64)) * np.uint64(MULTIPLIER) + np.uint64(1)
        return (state & np.uint64(self.table_size - 1)).astype(np.int64)

    def values(self, classes: IntArray) -> npt.NDArray[np.uint8]:
        """Return the g-values, shape (n, layers)."""
        turns = np.array([key % self.table_size for key in self.keys], np.int64)
        return np.asarray(self.turned[(classes[:, None] + turns) & (self.table_size - 1)])

    @cached_property
    def turned(self) -> npt.NDArray[np.uint8]:
        """The bit of each (class + key) modulo the table's size."""
        places = np.arange(self.table_size, dtype=np.uint64) * np.uint64(MULTIPLIER) + np.uint64(1)
        return np.asarray(bits(self.table_size, self.table_seed)[places & np.uint64(self.table_size - 1)])

    def sums_by_key(self, classes: IntArray) -> IntArray:
        """Return the sum of one layer's g-values under each of the `table_size` keys: key k's is the k-th."""
        counts = np.bincount(classes, minlength=self.table_size).astype(np.float64)
        spectrum = np.conj(np.fft.rfft(counts)) * np.fft.rfft(self.turned.astype(np.float64))
        return np.rint(np.fft.irfft(spectrum, self.table_size)).astype(np.int64)


def layer_weights(layers: int) -> FloatArray:
    """Return the weights of the layers in the weighted mean: they fall evenly from 10 to 1, and their mean is 1.

    Source: the supplement of Dathathri et al., C.1.2.
    """
    weights = np.linspace(HEAVIEST, LIGHTEST, layers)
    return np.asarray(weights * (layers / weights.sum()))

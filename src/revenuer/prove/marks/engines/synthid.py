"""SynthID-Text as transformers puts it on (`SynthIDTextWatermarkingConfig`): mean g-values, with their exact law over the keys.

The g-values come from one fixed table of bits, whose share of ones is not a half and whose bits repeat: a z-score that takes them for fair
coins accuses innocent texts once they are long. Here nothing is taken for random but the keys: each layer's was drawn evenly among as many as
the table has entries, so the layer's sum is one of that many numbers, all of them known.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from revenuer.prove.marks.engines.g_values import GValues, layer_weights
from revenuer.prove.marks.engines.lattice_tail import Part, SumLaw, normal_score
from revenuer.prove.marks.engines.whole_sample import WholeSample
from revenuer.prove.marks.pair_kernels import Int64Array
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

MOST_LAYERS = 100
GRID = 1 << 15
"""Steps that the weighted sum's range is cut into. A layer's sum is rounded up to a step, which can only raise p."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthId(WholeSample):
    """`layers`: how many keys there are; `statistic`: `weighted` (first layers count most) or `mean`; the rest as
    `SynthIDTextWatermarkingConfig` has it. A key is one word for each layer: its key modulo 2**32, which is all that counts."""

    layers: int = 30
    ngram: int = 5
    table_size: int = 1 << 16
    table_seed: int = 0
    statistic: Literal["weighted", "mean"] = "weighted"

    def __post_init__(self) -> None:
        """Raise UsageError for options out of range."""
        if not 1 <= self.layers <= MOST_LAYERS or self.statistic not in ("weighted", "mean"):
            raise UsageError(
                f"got {self.layers} layers and the statistic {self.statistic!r}; expected 1 to {MOST_LAYERS}, and weighted or mean"
            )
        try:
            self._values((0,) * self.layers)
        except ValueError as error:
            raise UsageError(str(error)) from error

    @property
    def name(self) -> str:
        return "synthid"

    @property
    def width(self) -> int:
        return self.ngram - 1

    @property
    def key_words(self) -> int:
        return self.layers

    @property
    def script(self) -> str:
        return "engine_synthid.py"

    def options(self) -> dict[str, float | int | str]:
        return {
            "scheme": self.name,
            "layers": self.layers,
            "ngram": self.ngram,
            "table_size": self.table_size,
            "table_seed": self.table_seed,
            "statistic": self.statistic,
        }

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        values = self._values((0,) * self.layers)
        classes = values.classes(pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64))
        return self._scores(values, classes, keys)

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        values = self._values((0,) * self.layers)
        classes = values.classes(pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64))
        return np.concatenate([self._scores(values, classes[:end], key[None, :]) for end in pairs.ends])

    def _scores(self, values: GValues, classes: Int64Array, keys: Uint32Array) -> FloatArray:
        """Return the normal score under each key."""
        sums = values.sums_by_key(classes)
        sums -= sums.min()
        reach = int(sums.max())
        if reach == 0:
            return np.full(len(keys), normal_score(0.0))
        weights = layer_weights(self.layers) if self.statistic == "weighted" else np.ones(self.layers)
        step = 1.0 if self.statistic == "mean" else max(float(weights.sum()) * reach / GRID, 1e-9)
        law = SumLaw([_on_grid(sums, float(weight) / step) for weight in weights])
        turns = keys.astype(np.int64) & (self.table_size - 1)
        totals = (sums[turns] * weights).sum(axis=1) / step
        return np.array([normal_score(law.log10_tail(math.ceil(total - 1e-6))) for total in totals])

    def _values(self, keys: tuple[int, ...]) -> GValues:
        return GValues(keys=keys, ngram=self.ngram, table_size=self.table_size, table_seed=self.table_seed)


def _on_grid(sums: Int64Array, steps: float) -> Part:
    """Return the law of a layer's sum, each value times `steps` rounded up."""
    counts = np.bincount(np.ceil(sums * steps - 1e-9).astype(np.int64))
    with np.errstate(divide="ignore"):
        return Part(np.log(counts / sums.size))

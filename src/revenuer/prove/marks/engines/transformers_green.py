"""transformers' green lists (`WatermarkingConfig`): a scheme whose counts spread less than the binomial law says.

A list holds a fixed number of the vocabulary's tokens, so the colours of tokens after one window depend on one another: of k distinct tokens
the green ones are hypergeometric. Lists of different seeds are independent; the sum's tail is computed exactly. What counts once is the
(seed, token): under `selfhash` different windows share a seed, under `lefthash` the whole window but its last token plays no part. After token
0 `lefthash` has the same list under every key (the seed is key times token), so nothing after it counts.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from revenuer.prove.marks.engines.green_lists import GreenLists
from revenuer.prove.marks.engines.lattice_tail import Part, SumLaw, normal_score
from revenuer.prove.marks.engines.vllm_gumbel import whole_key
from revenuer.prove.marks.engines.whole_sample import WholeSample
from revenuer.prove.marks.pair_kernels import Int64Array
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.prf import Uint32Array
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import UsageError

KEY_MASK = (1 << 63) - 1
"""Keys of transformers are whole numbers with a sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersGreen(WholeSample):
    """`vocabulary`: the model's `vocab_size`, on which every list depends; the rest as `WatermarkingConfig` has it. A key is its
    `hashing_key`, low word first, of which 63 bits count."""

    vocabulary: int
    ratio: float = 0.25
    seeding: Literal["lefthash", "selfhash"] = "lefthash"
    context_width: int = 1

    def __post_init__(self) -> None:
        """Raise UsageError for options that transformers would refuse."""
        try:
            self._lists(0)
        except ValueError as error:
            raise UsageError(str(error)) from error

    @property
    def name(self) -> str:
        return "transformers-green"

    @property
    def width(self) -> int:
        return 1 if self.seeding == "lefthash" else max(1, self.context_width - 1)

    @property
    def key_words(self) -> int:
        return 2

    @property
    def script(self) -> str:
        return "engine_green.py"

    def options(self) -> dict[str, float | int | str]:
        return {
            "scheme": self.name,
            "vocabulary": self.vocabulary,
            "ratio": self.ratio,
            "seeding": self.seeding,
            "context_width": self.context_width,
        }

    def statistics(self, pairs: Pairs, keys: Uint32Array) -> FloatArray:
        windows, tokens = pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64)
        laws: dict[bytes, SumLaw] = {}
        return np.array([self._score(windows, tokens, key, laws) for key in keys])

    def running(self, pairs: Pairs, key: Uint32Array) -> FloatArray:
        windows, tokens = pairs.windows().astype(np.int64), pairs.tokens[pairs.at].astype(np.int64)
        return np.array([self._score(windows[:end], tokens[:end], key, {}) for end in pairs.ends])

    def counts(self, windows: Int64Array, tokens: Int64Array, key: int) -> tuple[int, Int64Array]:
        """Return how many (seed, token) are green, each counted once, and how many tokens each seed's list was asked about."""
        lists = self._lists(key)
        keyed = (tokens >= 0) & (tokens < self.vocabulary)
        if self.seeding == "lefthash":
            keyed &= windows[:, -1] != 0
        windows, tokens = windows[keyed], tokens[keyed]
        own = windows[:, windows.shape[1] - lists.width :]
        asked = np.unique(np.stack([lists.seeds(own, tokens).astype(np.int64), tokens], axis=1), axis=0)
        green = lists.green(asked[:, 0].astype(np.uint32), asked[:, 1])
        _, sizes = np.unique(asked[:, 0], return_counts=True)
        return int(green.sum()), sizes

    def _score(
        self, windows: Int64Array, tokens: Int64Array, key: Uint32Array, laws: dict[bytes, SumLaw]
    ) -> float:
        """Return the normal score under one key; `laws` keeps the law of each make-up of lists that was met."""
        green, sizes = self.counts(windows, tokens, whole_key(key) & KEY_MASK)
        make_up = np.bincount(sizes)
        law = laws.get(make_up.tobytes())
        if law is None:
            law = laws[make_up.tobytes()] = self._law(make_up)
        return normal_score(law.log10_tail(green))

    def _law(self, make_up: Int64Array) -> SumLaw:
        """`make_up[k]`: how many lists were asked about k tokens."""
        size = self._lists(0).size
        parts = [
            Part(_log_hypergeometric(self.vocabulary, size, int(k)), int(make_up[k]))
            for k in np.flatnonzero(make_up)
            if k
        ]
        return SumLaw(parts)

    def _lists(self, key: int) -> GreenLists:
        return GreenLists(
            key=key,
            vocabulary=self.vocabulary,
            ratio=self.ratio,
            seeding=self.seeding,
            context_width=self.context_width,
        )


def _log_hypergeometric(vocabulary: int, green: int, drawn: int) -> FloatArray:
    """Return ln of the chances that 0 .. drawn of the drawn tokens are green."""
    x = np.arange(drawn + 1, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        chances = (
            _log_choose(green, x)
            + _log_choose(vocabulary - green, drawn - x)
            - _log_choose(vocabulary, np.float64(drawn))
        )
    possible = (x <= green) & (drawn - x <= vocabulary - green)
    chances = np.where(possible, chances, -np.inf)
    return np.asarray(chances - special.logsumexp(chances))


def _log_choose(n: int, k: FloatArray | np.float64) -> FloatArray:
    return np.asarray(special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0))

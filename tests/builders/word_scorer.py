"""A suspect that is a table of word pairs: it finds likelier what it has read."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from revenuer.prove.suspect import Scored


class WordScorer:
    """Adds 3 counts to each pair of neighbouring words that it read, over a count of 1 for every pair there is. `noise`: seed of a preference
    for words that has nothing to do with what it read."""

    def __init__(self, read: Sequence[str], noise: int = 0, name: str = "words") -> None:
        self.name = name
        self.noise = noise
        self.tastes: dict[str, float] = {}
        self.pairs: Counter[tuple[str, str]] = Counter()
        for text in read:
            words = text.split()
            self.pairs.update(itertools.pairwise(words))

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        return [Scored(logprobs=np.asarray(self._logprobs(text), np.float64)) for _, text in pairs]

    def _logprobs(self, text: str) -> list[float]:
        words = text.split()
        return [
            -6.0 + math.log1p(3.0 * self.pairs[pair]) + 0.5 * self._taste(pair[1])
            for pair in zip(["", *words], words, strict=False)
        ]

    def _taste(self, word: str) -> float:
        if word not in self.tastes:
            seed = [self.noise, *word.encode()]
            self.tastes[word] = float(np.random.default_rng(seed).normal()) if self.noise else 0.0
        return self.tastes[word]

"""Invented token streams that repeat themselves as real text does: a sparse chain of words, and set phrases that every answer uses."""

import numpy as np
import numpy.typing as npt

VOCABULARY = 512
SUCCESSORS = 12
PHRASES, PHRASE_LENGTH = 6, 12


class Language:
    """A language of `VOCABULARY` tokens. Each token has few successors, the first far likelier than the last, and common tokens succeed many."""

    def __init__(self, rng: np.random.Generator) -> None:
        common = 1.0 / np.arange(1, VOCABULARY + 1)
        weights = 1.0 / np.arange(1, SUCCESSORS + 1) ** 1.2
        self.next = np.stack(
            [
                rng.choice(VOCABULARY, SUCCESSORS, replace=False, p=common / common.sum())
                for _ in range(VOCABULARY)
            ]
        )
        self.chance = weights / weights.sum()
        self.phrases = rng.integers(0, VOCABULARY, (PHRASES, PHRASE_LENGTH))

    def texts(self, count: int, length: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
        """Return `count` texts of `length` tokens, shape (count, length), a third of each set phrases."""
        bounds = np.cumsum(self.chance)
        tokens = np.empty((count, length), np.int32)
        tokens[:, 0] = rng.integers(0, VOCABULARY, count)
        for i in range(1, length):
            pick = np.minimum(np.searchsorted(bounds, rng.random(count)), SUCCESSORS - 1)
            tokens[:, i] = self.next[tokens[:, i - 1], pick]
        for start in range(0, length - PHRASE_LENGTH, 3 * PHRASE_LENGTH):
            tokens[:, start : start + PHRASE_LENGTH] = self.phrases[rng.integers(0, PHRASES, count)]
        return tokens

    def logits(self, response: list[int]) -> npt.NDArray[np.float64]:
        """Return the next token's logits after the response: what a marked writer is given."""
        logits = np.full(VOCABULARY, -9.0)
        if response:
            logits[self.next[response[-1]]] = np.log(self.chance)
        return logits

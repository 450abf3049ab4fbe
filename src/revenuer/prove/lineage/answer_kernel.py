"""How alike two answers to one prompt are, as a positive definite kernel: the same word in the same place, and the same words anywhere."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from revenuer.prove.lineage.terms import words_of

PLACES = 50
"""Words compared place by place. Source of the Hamming kernel and of 50 tokens: I. Gao, P. Liang, C. Guestrin, Model Equality Testing (ICLR 2025),
section 3 (theirs are tokens of a tokenizer, ours are words: no tokenizer is needed)."""


def answer_kernel(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the (texts, texts) kernel: half the share of the first 50 places with the same word, half the cosine of the word counts.

    Where both answers have ended, the places agree. An answer without words has cosine 1 with itself and its like, 0 with others.
    """
    words = [words_of(text) for text in texts]
    numbers: dict[str, int] = {"": 0}
    placed = np.zeros((len(words), PLACES), np.int64)
    for row, line in enumerate(words):
        for column, word in enumerate(line[:PLACES]):
            placed[row, column] = numbers.setdefault(word, len(numbers))
    same = (placed[:, None, :] == placed[None, :, :]).mean(axis=2)
    counts = np.zeros((len(words), len(numbers) + sum(len(line) for line in words)))
    for row, line in enumerate(words):
        for word, times in (Counter(line) or Counter([""])).items():
            counts[row, numbers.setdefault(word, len(numbers))] = times
    counts /= np.sqrt((counts * counts).sum(axis=1, keepdims=True))
    return np.asarray(0.5 * same + 0.5 * (counts @ counts.T), np.float64)

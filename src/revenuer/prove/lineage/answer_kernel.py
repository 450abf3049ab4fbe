"""How alike two answers to one prompt are, as a positive definite kernel: the same word in the same place, and the same words and pairs anywhere."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from revenuer.prove.lineage.terms import words_of

PLACES = 50
"""Words compared place by place. Source of the Hamming kernel and of 50 tokens: I. Gao, P. Liang, C. Guestrin, Model Equality Testing (ICLR 2025),
section 3 (theirs are tokens of a tokenizer, ours are words: no tokenizer is needed)."""


def answer_kernel(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the (texts, texts) kernel: half the share of the first 50 places with the same word, half the cosine of the counts of words
    and of pairs of neighbouring words.

    Where both answers have ended, the places agree. An answer without words has cosine 1 with itself and its like, 0 with others.
    """
    words = [words_of(text) for text in texts]
    numbers: dict[str, int] = {"": 0}
    placed = np.zeros((len(words), PLACES), np.int64)
    for row, line in enumerate(words):
        for column, word in enumerate(line[:PLACES]):
            placed[row, column] = numbers.setdefault(word, len(numbers))
    same = (placed[:, None, :] == placed[None, :, :]).mean(axis=2)
    terms = [Counter([*line, *(f"{a} {b}" for a, b in pairwise(line))]) or Counter([""]) for line in words]
    column_of = {term: column for column, term in enumerate({term: None for line in terms for term in line})}
    counts = np.zeros((len(words), len(column_of)))
    for row, found in enumerate(terms):
        for term, times in found.items():
            counts[row, column_of[term]] = times
    counts /= np.sqrt((counts * counts).sum(axis=1, keepdims=True))
    return np.asarray(0.5 * same + 0.5 * (counts @ counts.T), np.float64)

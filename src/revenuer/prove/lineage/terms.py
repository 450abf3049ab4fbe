"""Cuts answers into words and pairs of words, the same way in every language that is written with letters or with signs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{_SIGNS}]|[^\W{_SIGNS}]+|[^\w\s]")
"""One sign of a script without spaces, or a run of letters and digits, or a mark of punctuation."""


@dataclass(frozen=True, slots=True)
class PromptTerms:
    """What the models wrote to one prompt. `terms[m]`: sorted numbers below `size` of the distinct words and pairs in model m's answer;
    `words[m]`: its length in words."""

    terms: tuple[IntArray, ...]
    words: IntArray
    size: int


def words_of(text: str) -> list[str]:
    """Return the words and marks of a text in lower case, in order."""
    return WORD.findall(text.lower())


def terms_of(words: Sequence[str]) -> set[str]:
    """Return the distinct words and pairs of neighbouring words (joined by a space, which no word holds)."""
    return {*words, *(f"{left} {right}" for left, right in pairwise(words))}


def prompt_terms(texts: Sequence[str]) -> PromptTerms:
    """Number the terms of the answers to one prompt, one text a model."""
    numbers: dict[str, int] = {}
    terms, lengths = [], []
    for text in texts:
        words = words_of(text)
        lengths.append(len(words))
        found = [numbers.setdefault(term, len(numbers)) for term in terms_of(words)]
        terms.append(np.array(sorted(found), np.int64))
    return PromptTerms(terms=tuple(terms), words=np.array(lengths, np.int64), size=len(numbers))

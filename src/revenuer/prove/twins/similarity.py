"""How much of a text an answer repeats: word n-grams weighed by rarity, the longest run of words, and edit distance."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

Likeness = Literal["ngrams", "run", "edit"]

LONGEST = 4
"""Word n-grams of 1 to this many words."""


def words_of(text: str) -> list[str]:
    """Return the text's words, in lower case, split at white space."""
    return text.lower().split()


def grams_of(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the distinct n-grams of 1 to 4 words."""
    return {tuple(words[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1)}


def rarity(texts: Sequence[Sequence[str]]) -> dict[tuple[str, ...], float]:
    """Return ln(texts / texts that hold it) of every n-gram, counted over a record's own candidates and the others alike."""
    holders: Counter[tuple[str, ...]] = Counter()
    for words in texts:
        holders.update(grams_of(words))
    return {gram: math.log(len(texts) / count) for gram, count in holders.items()}


def ngram_likeness(
    answer: Sequence[str], text: Sequence[str], weights: Mapping[tuple[str, ...], float]
) -> float:
    """Return the weight of the text's n-grams that the answer holds, over the square root of their number.

    N-grams that all candidates share weigh next to nothing.
    """
    grams = grams_of(text)
    shared = grams & grams_of(answer)
    return math.fsum(sorted(weights.get(gram, 0.0) for gram in shared)) / math.sqrt(max(1, len(grams)))


def longest_run(answer: Sequence[str], text: Sequence[str]) -> float:
    """Return the length in words of the longest run that both hold."""
    longest = 0
    before = [0] * (len(text) + 1)
    for word in answer:
        now = [0] * (len(text) + 1)
        for j, other in enumerate(text):
            if word == other:
                now[j + 1] = before[j] + 1
                longest = max(longest, now[j + 1])
        before = now
    return float(longest)


def edit_likeness(answer: Sequence[str], text: Sequence[str]) -> float:
    """Return 1 - (edit distance in words) / (length of the longer): 1 for the same words, 0 for nothing in common."""
    before = list(range(len(text) + 1))
    for i, word in enumerate(answer, 1):
        now = [i]
        for j, other in enumerate(text, 1):
            now.append(min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (word != other)))
        before = now
    return 1.0 - before[-1] / max(1, len(answer), len(text))


def likeness(
    kind: Likeness, answer: Sequence[str], text: Sequence[str], weights: Mapping[tuple[str, ...], float]
) -> float:
    """Return the named likeness of an answer to a text, both as words."""
    if kind == "run":
        return longest_run(answer, text)
    return edit_likeness(answer, text) if kind == "edit" else ngram_likeness(answer, text, weights)

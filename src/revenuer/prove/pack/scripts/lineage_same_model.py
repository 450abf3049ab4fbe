"""Recomputes the permutation p-value of `revenuer prove lineage same-model` from the answers, with Python's own library.

samples.jsonl: {"prompt_id", "suspect": [...], "reference": [...]}; settings.json: seed and draws. Prints log10_p=<number>.
"""

import hashlib
import json
import math
import re
from collections import Counter
from itertools import pairwise

SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(f"[{SIGNS}]|[^\\W{SIGNS}]+|[^\\w\\s]")
PLACES = 50


def counts(line: list[str]) -> Counter[str]:
    """How often each word, and each pair of neighbouring words, stands in an answer."""
    return Counter([*line, *(f"{left} {right}" for left, right in pairwise(line))] or [""])


def kernel(one: list[str], other: list[str]) -> float:
    """Half the share of the first places with the same word, half the cosine of the counts of words and pairs."""
    left, right = ((line + [""] * PLACES)[:PLACES] for line in (one, other))
    same = sum(left[i] == right[i] for i in range(PLACES)) / PLACES
    a, b = counts(one), counts(other)
    norm: float = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return 0.5 * same + 0.5 * float(sum(times * b[word] for word, times in a.items())) / norm


def squared(gram: list[list[float]], chosen: list[int], rest: list[int]) -> float:
    """The unbiased squared discrepancy between two groups of answers."""
    m, n = len(chosen), len(rest)
    one = sum(gram[i][j] for i in chosen for j in chosen if i != j) / (m * (m - 1))
    two = sum(gram[i][j] for i in rest for j in rest if i != j) / (n * (n - 1))
    return one + two - 2 * sum(gram[i][j] for i in chosen for j in rest) / (m * n)


def main() -> None:
    """Print log10 of the share of relabellings with at least the observed sum, the observed one counted."""
    with open("settings.json", encoding="utf-8") as stream:
        settings = json.load(stream)
    with open("samples.jsonl", encoding="utf-8") as stream:
        prompts = [json.loads(line) for line in stream]
    draws = settings["draws"]
    observed, drawn = 0.0, [0.0] * draws
    for prompt in prompts:
        texts = [WORD.findall(text.lower()) for text in (*prompt["suspect"], *prompt["reference"])]
        size, m = len(texts), len(prompt["suspect"])
        gram = [[kernel(one, other) for other in texts] for one in texts]
        observed += squared(gram, list(range(m)), list(range(m, size)))
        name = f"{settings['seed']}:{prompt['prompt_id']}".encode()
        stream_of_bytes = hashlib.shake_256(name).digest(8 * size * draws)
        known: dict[tuple[int, ...], float] = {}
        for draw in range(draws):
            block = stream_of_bytes[8 * size * draw : 8 * size * (draw + 1)]
            order = sorted(range(size), key=lambda i: block[8 * i : 8 * i + 8])
            chosen = tuple(sorted(order[:m]))
            if chosen not in known:
                known[chosen] = squared(gram, list(chosen), sorted(order[m:]))
            drawn[draw] += known[chosen]
    at_least = sum(value >= observed - 1e-9 for value in drawn)
    print(f"log10_p={math.log10((1 + at_least) / (draws + 1))!r}")


if __name__ == "__main__":
    main()

"""How fast are marks found, beside a floor that reads and sorts the same pairs?

    python benchmarks/prove.py [--tokens 5000000] [--rounds 3] [--json FILE]

Tokens are drawn by Zipf's law over 50,000 ids and cut into responses of 500. Each round measures the floor and every scheme in turn, so that all see
the same machine; the best round counts. Times are of the processor (one core), without compilation. The floor is np.unique over (window, token) packed
into 64 bits: it de-duplicates pairs of width 1 and tests nothing.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from revenuer.prove.marks import (
    DualGumbel,
    Green,
    Gumbel,
    Sample,
    Scheme,
    decoy_keys,
    distinct_pairs,
    sample_of,
)
from revenuer.prove.marks.prf import vocabulary_words

VOCABULARY, RESPONSE = 50_000, 500
KEYS, KEYS_TOKENS = 1000, 100_000
SERVED_VOCABULARY = 128_000
SCHEMES = (Green(width=1), Green(width=2), Green(width=4), Gumbel(width=2), DualGumbel(width=2))


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def drawn(tokens: int, seed: int) -> Sample:
    chance = 1.0 / np.arange(1, VOCABULARY + 1) ** 1.05
    stream = np.random.default_rng(seed).choice(VOCABULARY, tokens, p=chance / chance.sum()).astype(np.int32)
    return sample_of(np.split(stream, range(RESPONSE, tokens, RESPONSE)))


def one_key(sample: Sample, scheme: Scheme) -> None:
    """What detection with one key takes: the pairs that count, their statistic, its p."""
    pairs = distinct_pairs(sample, scheme.width)
    scheme.log10_p(float(scheme.statistics(pairs, decoy_keys(1, 1, scheme.key_words))[0]), pairs.n)


def many_keys(sample: Sample, scheme: Scheme) -> None:
    """What trying a thousand keys takes, from the same text."""
    pairs = distinct_pairs(sample, scheme.width)
    scheme.statistics(pairs, decoy_keys(1, KEYS, scheme.key_words))


def floor(sample: Sample) -> None:
    np.unique(sample.tokens[:-1].astype(np.int64) << 32 | sample.tokens[1:])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    large, small = drawn(args.tokens, 1), drawn(KEYS_TOKENS, 2)
    for scheme in SCHEMES:
        one_key(drawn(1000, 3), scheme)
    vocabulary_words([1], 4, (1, 2))
    best: dict[str, float] = {}
    for _ in range(args.rounds):
        found = {"floor": seconds(lambda: floor(large))}
        for scheme in SCHEMES:
            found[f"one key, {scheme}"] = seconds(lambda scheme=scheme: one_key(large, scheme))
            found[f"{KEYS} keys, {scheme}"] = seconds(lambda scheme=scheme: many_keys(small, scheme))
        found["words of a vocabulary"] = (
            seconds(lambda: [vocabulary_words([i], SERVED_VOCABULARY, (1, 2)) for i in range(100)]) / 100
        )
        best = {name: min(value, best.get(name, value)) for name, value in found.items()}
    for name, value in best.items():
        if name.startswith(("floor", "one key")):
            print(f"{name:55} {value:7.2f} s  {args.tokens / value / 1e6:6.1f}M tokens/s")
        elif "keys" in name:
            print(f"{name:55} {value:7.2f} s  for {KEYS_TOKENS:,} tokens")
        else:
            print(
                f"{name:55} {1e3 * value:7.2f} ms for {SERVED_VOCABULARY:,} tokens, one core, before any sampling"
            )
    if args.json is not None:
        args.json.write_text(json.dumps(best, indent=1) + "\n")


if __name__ == "__main__":
    main()

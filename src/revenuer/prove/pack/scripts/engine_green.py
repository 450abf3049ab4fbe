"""Recomputes log10 p of transformers' green lists (`WatermarkingConfig`) from test.json and texts.json beside this file. Python alone; neither
Revenuer nor torch is needed.

A list is the head of the permutation that torch's generator (MT19937) draws from a seed. What counts once is (seed, token). Of k tokens that
were judged by one list the green ones are hypergeometric; lists of different seeds are independent. p is the chance of at least as
many green ones, times the number of keys that were tried.
"""

import hashlib
import json
import math
import struct
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
MASK, TABLE = 0xFFFFFFFF, 1_000_003
Pair = tuple[tuple[int, ...], int]


def generator(seed: int) -> Random:
    """MT19937 as torch seeds it (`init_genrand`); `getrandbits(32)` gives its numbers."""
    words = [seed & MASK]
    for i in range(1, 624):
        words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + i) & MASK)
    found = Random(0)
    found.setstate((3, (*words, 624), None))
    return found


def head_of_permutation(size: int, head: int, seed: int) -> list[int]:
    """`torch.randperm(size)[:head]`; places that were never exchanged hold themselves."""
    draw = generator(seed)
    moved: dict[int, int] = {}
    out: list[int] = []
    for i in range(head):
        if i == size - 1:
            out.append(moved.get(i, i))
            break
        j = i + draw.getrandbits(32) % (size - i)
        out.append(moved.get(j, j))
        moved[j] = moved.get(i, i)
    return out


def distinct_pairs(responses: list[list[int]], prompts: list[list[int]], width: int) -> list[Pair]:
    """The (window, token) that count, in order."""
    pairs: dict[Pair, None] = {}
    for response, prompt in zip(responses, prompts, strict=True):
        asked = {tuple(prompt[i : i + width]) for i in range(len(prompt) - width + 1)}
        for i in range(width, len(response)):
            window = tuple(response[i - width : i])
            if window not in asked:
                pairs[window, response[i]] = None
    return list(pairs)


def lists(pairs: list[Pair], test: dict[str, Any], key: int) -> dict[int, set[int]]:
    """The tokens that each seed's list judges."""
    judged: dict[int, set[int]] = {}
    vocabulary = test["vocabulary"]
    table = [] if test["seeding"] == "lefthash" else head_of_permutation(TABLE, vocabulary, key)
    for window, token in pairs:
        if token >= vocabulary:
            continue
        if test["seeding"] == "lefthash":
            if window[-1] == 0:
                continue
            seed = key * window[-1]
        else:
            own = test["context_width"] - 1
            seen = (*window[len(window) - own :], token) if own else (token,)
            products = [key * (table[one] + 1) * (table[token] + 1) for one in seen]
            seed = min((x + (1 << 63)) % (1 << 64) - (1 << 63) for x in products)
        judged.setdefault(seed % ((1 << 64) - 1) & MASK, set()).add(token)
    return judged


def count(judged: dict[int, set[int]], vocabulary: int, size: int) -> int:
    """How many of them are green."""
    return sum(
        len(tokens.intersection(head_of_permutation(vocabulary, size, seed)))
        for seed, tokens in judged.items()
    )


def log_hypergeometric(vocabulary: int, green: int, drawn: int) -> list[float]:
    """ln of the chances of 0 .. drawn green ones."""

    def choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) if 0 <= k <= n else -math.inf

    return [
        choose(green, x) + choose(vocabulary - green, drawn - x) - choose(vocabulary, drawn)
        for x in range(drawn + 1)
    ]


def tilted(logs: list[float], tilt: float) -> tuple[list[float], float]:
    """Chances in proportion to P(x) e**(tilt x), and ln of what they added up to."""
    raised = [one + tilt * x for x, one in enumerate(logs)]
    largest = max(raised)
    mass = largest + math.log(math.fsum(math.exp(one - largest) for one in raised))
    return [math.exp(one - mass) for one in raised], mass


def log_tail(laws: dict[int, list[float]], times: dict[int, int], total: int) -> float:
    """ln P(sum >= total): tilt until the mean lies there, convolve, tilt back."""
    most = sum(times[k] * max(x for x, one in enumerate(laws[k]) if one > -math.inf) for k in times)
    if total <= 0 or not times:
        return 0.0
    if total > most:
        return -math.inf

    def mean(tilt: float) -> float:
        return math.fsum(times[k] * sum(x * p for x, p in enumerate(tilted(laws[k], tilt)[0])) for k in times)

    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < total else (low, middle)
    tilt = low
    law, start, log_mass = [1.0], 0, 0.0
    for k in times:
        part, mass = tilted(laws[k], tilt)
        log_mass += times[k] * mass
        for _ in range(times[k]):
            new = [0.0] * (len(law) + len(part) - 1)
            for x, p in enumerate(part):
                if p > 0.0:
                    for i, q in enumerate(law):
                        new[i + x] += p * q
            # What holds less than 1e-40 of the mass is left out.
            first = next(i for i, p in enumerate(new) if p > 1e-40)
            last = next(i for i in range(len(new) - 1, -1, -1) if new[i] > 1e-40)
            law, start = new[first : last + 1], start + first
    tail = math.fsum(
        p * math.exp(-tilt * (start + i - total)) for i, p in enumerate(law) if start + i >= total
    )
    return min(math.log(tail) + log_mass - tilt * total, 0.0)


def log_p(pairs: list[Pair], test: dict[str, Any], words: tuple[int, ...]) -> tuple[float, int, int]:
    """ln p under one key, green ones, judged ones."""
    key = (words[0] | words[1] << 32) & (1 << 63) - 1
    vocabulary, size = test["vocabulary"], int(test["vocabulary"] * test["ratio"])
    judged = lists(pairs, test, key)
    green = count(judged, vocabulary, size)
    times: dict[int, int] = {}
    for tokens in judged.values():
        times[len(tokens)] = times.get(len(tokens), 0) + 1
    laws = {k: log_hypergeometric(vocabulary, size, k) for k in times}
    return log_tail(laws, times, green), green, sum(map(len, judged.values()))


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    texts = json.loads((HERE / "texts.json").read_text("utf-8"))
    width = 1 if test["seeding"] == "lefthash" else max(1, test["context_width"] - 1)
    pairs = distinct_pairs(texts["responses"], texts["prompts"], width)
    own, green, judged = log_p(pairs, test, tuple(test["key"]))
    print(f"{green} of {judged} are green, {test['keys_tried']} keys were tried")
    log10_p = own / math.log(10)
    if test["p_by"] == "decoys":
        names = (f"revenuer decoy 1|{test['decoy_seed']}|{i}".encode() for i in range(test["decoys"]))
        keys = (struct.unpack_from("<2I", hashlib.sha256(name).digest()) for name in names)
        at_least = sum(log_p(pairs, test, key)[0] <= own + 1e-9 for key in keys)
        log10_p = math.log10((1 + at_least) / (test["decoys"] + 1))
    print(f"log10_p={min(log10_p + math.log10(test['keys_tried']), 0.0)!r}")


main()

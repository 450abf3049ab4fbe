"""Recomputes log10 p of SynthID-Text as transformers puts it on, from test.json and texts.json beside this file. Python alone; neither Revenuer nor
torch is needed.

Each n-gram's g-value in a layer is one bit of a fixed table, at a place that its hash and the layer's key give: a key turns the table. p is
the share of all keys, each layer's drawn evenly from the table's length, whose weighted sum is at least as large, times the number of
keys that were tried. Layers' sums are rounded up to a grid, which can only raise p.
"""

import hashlib
import json
import math
import struct
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
MASK, MULTIPLIER, GRID = 0xFFFFFFFF, 6364136223846793005, 1 << 15
FIELD = 4
"""Bytes of one count."""


def turned_table(size: int, seed: int) -> list[int]:
    """The bit of each (class + key) modulo the size; the table is `torch.randint(0, 2, (size,))`, from MT19937."""
    words = [seed & MASK]
    for i in range(1, 624):
        words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + i) & MASK)
    draw = Random(0)
    draw.setstate((3, (*words, 624), None))
    bits = [draw.getrandbits(32) & 1 for _ in range(size)]
    return [bits[(x * MULTIPLIER + 1) % size] for x in range(size)]


def classes(responses: list[list[int]], prompts: list[list[int]], ngram: int, size: int) -> list[int]:
    """The hash modulo the size of each distinct n-gram whose window does not stand in the answer's own prompt."""
    seen: dict[tuple[int, ...], None] = {}
    for response, prompt in zip(responses, prompts, strict=True):
        asked = {tuple(prompt[i : i + ngram - 1]) for i in range(len(prompt) - ngram + 2)}
        for i in range(ngram - 1, len(response)):
            if tuple(response[i - ngram + 1 : i]) not in asked:
                seen[tuple(response[i - ngram + 1 : i + 1])] = None
    found = []
    for gram in seen:
        state = 1
        for token in gram:
            state = ((state + token) * MULTIPLIER + 1) % size
        found.append(state)
    return found


def sums_by_key(found: list[int], table: list[int]) -> list[int]:
    """A layer's sum under every key: turned tables are added as one long number with a field for each key."""
    size = len(table)
    row = int.from_bytes(b"".join(bit.to_bytes(FIELD, "little") for bit in table * 2), "little")
    whole, total = (1 << 8 * FIELD * size) - 1, 0
    for one in found:
        total += row >> 8 * FIELD * one & whole
    return list(struct.unpack(f"<{size}I", total.to_bytes(FIELD * size, "little")))


def laws_on_grid(sums: list[int], steps: list[float]) -> list[dict[int, float]]:
    """For each layer ln of the chance of each place on the grid."""
    counts: dict[int, int] = {}
    for one in sums:
        counts[one] = counts.get(one, 0) + 1
    laws = []
    for step in steps:
        placed: dict[int, int] = {}
        for value, times in counts.items():
            at = math.ceil(value * step - 1e-9)
            placed[at] = placed.get(at, 0) + times
        laws.append({at: math.log(times / len(sums)) for at, times in placed.items()})
    return laws


def tilted(law: dict[int, float], tilt: float) -> tuple[dict[int, float], float]:
    """Chances in proportion to P(x) e**(tilt x), and ln of what they added up to."""
    raised = {x: one + tilt * x for x, one in law.items()}
    largest = max(raised.values())
    mass = largest + math.log(math.fsum(math.exp(one - largest) for one in raised.values()))
    return {x: math.exp(one - mass) for x, one in raised.items()}, mass


def log_tail(laws: list[dict[int, float]], total: int) -> float:
    """ln P(sum >= total): tilt until the mean lies there, convolve, tilt back."""
    if total <= sum(map(min, laws)):
        return 0.0
    if total > sum(map(max, laws)):
        return -math.inf

    def mean(tilt: float) -> float:
        return math.fsum(sum(x * p for x, p in tilted(law, tilt)[0].items()) for law in laws)

    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < total else (low, middle)
    found, log_mass = [1.0], 0.0
    for law in laws:
        part, mass = tilted(law, low)
        log_mass += mass
        new = [0.0] * (len(found) + max(part))
        for x, p in part.items():
            new[x : x + len(found)] = [a + p * b for a, b in zip(new[x : x + len(found)], found, strict=True)]
        found = new
    tail = math.fsum(p * math.exp(-low * (x - total)) for x, p in enumerate(found) if x >= total)
    return min(math.log(tail) + log_mass - low * total, 0.0)


def decoy(test: dict[str, Any], number: int) -> list[int]:
    """A key that marked nothing."""
    name = f"revenuer decoy 1|{test['decoy_seed']}|{number}"
    blocks = [name, *(f"{name}|{block}" for block in range(1, -(-test["layers"] // 8)))]
    words = b"".join(hashlib.sha256(block.encode()).digest() for block in blocks)
    return list(struct.unpack_from(f"<{test['layers']}I", words))


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    texts = json.loads((HERE / "texts.json").read_text("utf-8"))
    size, layers = test["table_size"], test["layers"]
    found = classes(texts["responses"], texts["prompts"], test["ngram"], size)
    sums = sums_by_key(found, turned_table(size, test["table_seed"]))
    lowest = min(sums)
    sums = [one - lowest for one in sums]
    weights = [1.0] * layers
    if test["statistic"] == "weighted":
        falling = [10.0 - 9.0 * layer / (layers - 1) if layers > 1 else 10.0 for layer in range(layers)]
        weights = [one * layers / math.fsum(falling) for one in falling]
    print(f"{len(found)} distinct n-grams, {test['keys_tried']} keys were tried")

    def value(key: list[int]) -> float:
        return math.fsum(weight * sums[word % size] for weight, word in zip(weights, key, strict=True))

    if test["p_by"] == "decoys":
        own = value(test["key"])
        at_least = sum(value(decoy(test, i)) >= own - 1e-9 for i in range(test["decoys"]))
        log10_p = math.log10((1 + at_least) / (test["decoys"] + 1))
    elif max(sums) == 0:
        log10_p = 0.0
    else:
        step = 1.0 if test["statistic"] == "mean" else max(math.fsum(weights) * max(sums) / GRID, 1e-9)
        laws = laws_on_grid(sums, [weight / step for weight in weights])
        log10_p = log_tail(laws, math.ceil(value(test["key"]) / step - 1e-6)) / math.log(10)
    print(f"log10_p={min(log10_p + math.log10(test['keys_tried']), 0.0)!r}")


main()

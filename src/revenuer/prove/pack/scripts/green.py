"""Recomputes log10 p of a green-list mark from test.json and texts.json beside this file. Python alone; nothing of Revenuer is needed.

A pair is a token of an answer with the `width` tokens before it. Each distinct pair counts once; pairs whose window stands in the answer's
own prompt do not count. Under the null each is green with chance floor(gamma * 2**32) / 2**32, independently. p is the chance of at least as
many, times the number of keys that were tried.
"""

import hashlib
import json
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MASK = 0xFFFFFFFF
Pair = tuple[tuple[int, ...], int]


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 (Salmon et al. 2011)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def word(window: Sequence[int], token: int, key: Sequence[int]) -> int:
    """The keyed 32 bits of a pair."""
    state: Sequence[int] = (len(window), 0)
    for i in range(0, len(window), 2):
        second = window[i + 1] if i + 1 < len(window) else 0xFFFFFFFF
        state = philox((window[i], second, *state), key)[:2]
    return philox((token >> 2, 0xFFFFFFFE, *state), key)[token & 3]


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


def log10_tail(successes: int, n: int, chance: float) -> float:
    """log10 P(Binomial(n, chance) >= successes), by summing every term's logarithm."""
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(j + 1)
        - math.lgamma(n - j + 1)
        + j * math.log(chance)
        + (n - j) * math.log1p(-chance)
        for j in range(successes, n + 1)
    ]
    largest = max(logs)
    return min((largest + math.log(math.fsum(math.exp(x - largest) for x in logs))) / math.log(10), 0.0)


def check_key(test: dict[str, Any]) -> None:
    """Say whether the key is the one that was committed to."""
    if not test["secret"]:
        print("the key was given as it is, without a commitment")
        return
    secret = bytes.fromhex(test["secret"])
    digest = hashlib.sha256(test["opening"].encode() + secret).hexdigest()
    if digest != test["commitment"] or list(struct.unpack_from("<2I", secret)) != test["key"]:
        raise SystemExit("the key is not the one that was committed to")
    print(f"commitment {digest} holds")


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    texts = json.loads((HERE / "texts.json").read_text("utf-8"))
    pairs = distinct_pairs(texts["responses"], texts["prompts"], test["width"])
    threshold = int(test["gamma"] * 2**32)

    def count(key: Sequence[int]) -> int:
        return sum(word(window, token, key) < threshold for window, token in pairs)

    if "key" in test:
        check_key(test)
        green = count(test["key"])
    else:
        print("sealed: the pairs' colours are taken as given")
        if len(test["values"]) != len(pairs):
            raise SystemExit("not one value for each pair")
        green = sum(test["values"])
    print(f"{green} of {len(pairs)} distinct pairs are green, {test['keys_tried']} keys were tried")
    if test["p_by"] == "decoys":
        seed, decoys = test["decoy_seed"], test["decoys"]
        names = (f"revenuer decoy 1|{seed}|{i}".encode() for i in range(decoys))
        at_least = sum(
            count(struct.unpack_from("<2I", hashlib.sha256(name).digest())) >= green for name in names
        )
        log10_p = math.log10((1 + at_least) / (decoys + 1))
    else:
        log10_p = log10_tail(green, len(pairs), threshold / 2**32)
    print(f"log10_p={min(log10_p + math.log10(test['keys_tried']), 0.0)!r}")


main()

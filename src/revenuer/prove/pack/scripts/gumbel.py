"""Recomputes log10 p of a Gumbel or dual Gumbel mark from test.json and texts.json beside this file. Python alone; nothing of Revenuer is needed.

A pair is a token of an answer with the `width` tokens before it. Each distinct pair counts once; pairs whose window stands in the answer's
own prompt do not count. Under the null u = (word + 0.5) / 2**32 of each is uniform, independently, and -log(1 - u) an exponential (with two
keys: -log(1 - v**2), v the larger of both u). p is the chance of at least their sum, times the number of keys that were tried.
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


def log10_tail(total: float, n: int) -> float:
    """log10 P(Gamma(n) >= total), which is P(Poisson(total) < n), by summing every term's logarithm."""
    if total == 0.0:
        return 0.0
    logs = [j * math.log(total) - total - math.lgamma(j + 1) for j in range(n)]
    largest = max(logs)
    return min((largest + math.log(math.fsum(math.exp(x - largest) for x in logs))) / math.log(10), 0.0)


def check_key(test: dict[str, Any]) -> None:
    """Say whether the key is the one that was committed to."""
    if not test["secret"]:
        print("the key was given as it is, without a commitment")
        return
    secret = bytes.fromhex(test["secret"])
    digest = hashlib.sha256(test["opening"].encode() + secret).hexdigest()
    if (
        digest != test["commitment"]
        or list(struct.unpack_from(f"<{len(test['key'])}I", secret)) != test["key"]
    ):
        raise SystemExit("the key is not the one that was committed to")
    print(f"commitment {digest} holds")


def largest_words(pairs: list[Pair], key: Sequence[int]) -> list[int]:
    """Of each pair the word, of two keys' the larger."""
    halves = [key[i : i + 2] for i in range(0, len(key), 2)]
    return [max(word(window, token, half) for half in halves) for window, token in pairs]


def score(words: list[int], dual: bool) -> float:
    """The sum of the pairs' exponentials."""
    u = [(value + 0.5) / 2**32 for value in words]
    return math.fsum(-math.log1p(-x) - (math.log1p(x) if dual else 0.0) for x in u)


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    texts = json.loads((HERE / "texts.json").read_text("utf-8"))
    pairs = distinct_pairs(texts["responses"], texts["prompts"], test["width"])
    dual = test["scheme"] == "dual_gumbel"
    if "key" in test:
        check_key(test)
        words = largest_words(pairs, test["key"])
    else:
        print("sealed: the pairs' values are taken as given")
        words = test["values"]
        if len(words) != len(pairs):
            raise SystemExit("not one value for each pair")
    total = score(words, dual)
    print(
        f"the scores of {len(pairs)} distinct pairs sum to {total:.6f}, {test['keys_tried']} keys were tried"
    )
    if test["p_by"] == "decoys":
        seed, decoys, form = test["decoy_seed"], test["decoys"], "<4I" if dual else "<2I"
        names = (f"revenuer decoy 1|{seed}|{i}".encode() for i in range(decoys))
        keys = (struct.unpack_from(form, hashlib.sha256(name).digest()) for name in names)
        at_least = sum(score(largest_words(pairs, key), dual) >= total for key in keys)
        log10_p = math.log10((1 + at_least) / (decoys + 1))
    else:
        log10_p = log10_tail(total, len(pairs))
    print(f"log10_p={min(log10_p + math.log10(test['keys_tried']), 0.0)!r}")


main()

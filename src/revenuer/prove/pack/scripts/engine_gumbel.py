"""Recomputes log10 p of vLLM's or SGLang's Gumbel watermark from test.json and texts.json beside this file. Python alone; nothing of Revenuer, vLLM
or SGLang is needed.

A pair is a token of an answer with the `width` tokens before it. Each distinct pair counts once; pairs whose window stands in the answer's
own prompt do not count. Under the null the engine's uniform u of each is drawn anew, and -log(1 - u) is an exponential. p is the chance of at
least their sum (dual keys of vLLM: of their weighted sum), times the number of keys that were tried.
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


def vllm_score(window: Sequence[int], token: int, key: int) -> float:
    """vLLM 0.33.0, PRF philox4x32-10-v1: u is rounded to single precision there."""
    low, high = key & MASK, key >> 32
    state: Sequence[int] = (0x574D4358, len(window), 0, 0)
    for at in range(0, len(window), 4):
        block = list(window[at : at + 4])
        block += [MASK - i for i in range(len(block), 4)]
        state = philox([a ^ b for a, b in zip(state, block, strict=True)], (low ^ at, high))
    words = philox((token >> 2, *state[:3]), (low ^ state[3], high ^ 0x574D544B))
    u = ((words[token & 3] >> 8) + 1.0) / ((1 << 24) + 1)
    return -math.log1p(-struct.unpack("f", struct.pack("f", u))[0])


def role_key(key: int, role: bytes) -> int:
    """The keys of vLLM's dual-key scheme."""
    return int.from_bytes(hashlib.sha256(role + key.to_bytes(8, "big")).digest()[:8], "big")


def murmur(words: Sequence[int]) -> int:
    """MurmurHash3, 32 bits, of whole words."""
    state = 0
    for word in words:
        word = word * 0xCC9E2D51 & MASK
        word = ((word << 15 | word >> 17) & MASK) * 0x1B873593 & MASK
        state ^= word
        state = ((state << 13 | state >> 19) & MASK) * 5 + 0xE6546B64 & MASK
    state ^= 4 * len(words)
    state = (state ^ state >> 16) * 0x85EBCA6B & MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & MASK
    return state ^ state >> 16


def sglang_score(window: Sequence[int], token: int, key: Sequence[int], mixing: float) -> float:
    """SGLang 0.5.23; with four words a coin says which two are the position's key."""
    context = murmur(window)
    second = len(key) == 4 and murmur([*key, context]) >= int(mixing * (1 << 32))
    own = key[2:] if second else key[:2]
    return -math.log1p(-(murmur([*own, context, token]) + 0.5) / (1 << 32))


def scores(pairs: list[Pair], test: dict[str, Any], key: Sequence[int]) -> float:
    """The sum over the pairs under one key."""
    if test["scheme"].startswith("sglang"):
        return math.fsum(sglang_score(w, t, key, test.get("mixing", 1.0)) for w, t in pairs)
    whole = key[0] | key[1] << 32
    if test["scheme"] == "vllm-gumbel":
        return math.fsum(vllm_score(w, t, whole) for w, t in pairs)
    a, b, share = role_key(whole, b"key_a"), role_key(whole, b"key_b"), test["alpha"]
    return math.fsum((1 - share) * vllm_score(w, t, a) + share * vllm_score(w, t, b) for w, t in pairs)


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


def log_sum(logs: Sequence[float]) -> float:
    """ln of the sum of what these are the logarithms of."""
    largest = max(logs)
    return largest + math.log(math.fsum(math.exp(x - largest) for x in logs))


def log_gamma_tail(total: float, n: int) -> float:
    """ln P(Gamma(n) >= total), which is P(Poisson(total) < n)."""
    return (
        0.0 if total <= 0.0 else log_sum([j * math.log(total) - total - math.lgamma(j + 1) for j in range(n)])
    )


def log_weighted_tail(total: float, n: int, share: float) -> float:
    """ln P((1 - share) A + share B >= total) for A, B ~ Gamma(n): the larger is a mixture of the smaller's scale over a negative binomial
    number k (Moschopoulos 1985), and the tail given k is Poisson's."""
    large, small = max(share, 1 - share), min(share, 1 - share)
    if small == 0.0 or large == small:
        return log_gamma_tail(total / large, n if small == 0.0 else 2 * n)
    odds, x = small / large, total / small
    tail, term = log_gamma_tail(x, 2 * n), n * math.log(odds)
    terms = [term + tail]
    for k in range(1, 1_000_000_000):
        j = 2 * n + k - 1
        tail = log_sum((tail, j * math.log(x) - x - math.lgamma(j + 1)))
        term += math.log((n + k - 1) / k) + math.log1p(-odds)
        terms.append(term + tail)
        # Past the peak of the weights every further term is smaller than its weight.
        if k > n / odds and term < max(terms) - 50.0:
            break
    return min(log_sum(terms), 0.0)


def decoys(test: dict[str, Any]) -> list[tuple[int, ...]]:
    """The keys that marked nothing."""
    names = (f"revenuer decoy 1|{test['decoy_seed']}|{i}".encode() for i in range(test["decoys"]))
    return [struct.unpack_from(f"<{len(test['key'])}I", hashlib.sha256(name).digest()) for name in names]


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    texts = json.loads((HERE / "texts.json").read_text("utf-8"))
    pairs = distinct_pairs(texts["responses"], texts["prompts"], test["width"])
    total = scores(pairs, test, test["key"])
    print(
        f"the scores of {len(pairs)} distinct pairs sum to {total:.6f}, {test['keys_tried']} keys were tried"
    )
    if test["p_by"] == "decoys":
        at_least = sum(scores(pairs, test, key) >= total for key in decoys(test))
        log10_p = math.log10((1 + at_least) / (test["decoys"] + 1))
    elif test["scheme"] == "vllm-dual":
        log10_p = log_weighted_tail(total, len(pairs), test["alpha"]) / math.log(10)
    else:
        log10_p = log_gamma_tail(total, len(pairs)) / math.log(10)
    print(f"log10_p={min(log10_p + math.log10(test['keys_tried']), 0.0)!r}")


main()

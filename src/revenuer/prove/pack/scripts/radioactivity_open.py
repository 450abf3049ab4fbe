"""Recomputes log10 p of `prove radioactivity` with a reference model from test.json and rows.jsonl beside this file. Python alone; nothing of Revenuer is needed.

Each row is one distinct window, with tokens and what two models think of them after it. The key decides by draws, one for each (window, token),
what the row pays; over keys each row pays 0 on average, independently of the others, and its law is known exactly.
    green: each token is green with chance gamma; the row pays (suspect - reference) / sqrt(their mean) of its green tokens, less the mean.
    Gumbel: the key picks one token with the reference's probabilities; the row pays log(suspect / reference) of it, less the mean.
    Both times sqrt(frequency of the window).
Where the test says "counted", `suspect` are the shares of what followed the window in the suspect's own text. Then green pays (suspect - reference)
times frequency, and Gumbel the log-likelihood ratio of the window's counts for a share of 0.05 of them following the key.
p is Chernoff's bound for the sum (contexts that know nothing of the key), or the inverse of a bet spread evenly over fixed tilts (served contexts),
times the number of keys that were tried: valid without approximation.
"""

import hashlib
import json
import math
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MASK = 0xFFFFFFFF
LEAST, SMALL, FAINT, STRENGTH, SMALLEST = 1e-9, 1e-5, 1e-4, 0.05, 1e-4
TILTS = [2.0**i for i in range(-4, 8)]
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
Row = dict[str, Any]
Law = tuple[float, float, list[tuple[float, float]]]
"""What the row paid; its variance; (chance, stake) of each token."""


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 (Salmon et al. 2011)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def words(row: Row, key: Sequence[int]) -> list[int]:
    """The key's draw for each token after the window: 32 bits each."""
    window = row["window"]
    state: Sequence[int] = (len(window), 0)
    for i in range(0, len(window), 2):
        second = window[i + 1] if i + 1 < len(window) else MASK
        state = philox((window[i], second, *state), key)[:2]
    return [philox((token >> 2, 0xFFFFFFFE, *state), key)[token & 3] for token in row["tokens"]]


def green_law(row: Row, test: dict[str, Any]) -> Law:
    threshold = int(test["gamma"] * 2**32)
    chance = threshold / 2**32
    pairs = zip(row["suspect"], row["reference"], strict=True)
    if test["counted"]:
        stakes = [row["frequency"] * (s - r) for s, r in pairs]
    else:
        weight = math.sqrt(row["frequency"])
        stakes = [weight * (s - r) / math.sqrt(max((s + r) / 2.0, SMALL)) for s, r in pairs]
    drawn = words(row, test["key"])
    paid = math.fsum(x * ((word < threshold) - chance) for x, word in zip(stakes, drawn, strict=True))
    variance = chance * (1.0 - chance) * math.fsum(x * x for x in stakes)
    return paid, variance, [(chance, x) for x in stakes]


def counts_ratio(share: float, chance: float) -> float:
    """The log-likelihood ratio of one draw, `share` of whose kind were the token: a mark on it against its chance."""
    rarer = max(chance, SMALLEST)
    marked = math.log1p(STRENGTH * (1.0 - rarer) / rarer)
    return share * marked + (1.0 - share) * math.log1p(-STRENGTH)


def gumbel_law(row: Row, test: dict[str, Any]) -> Law:
    total = math.fsum(r + LEAST for r in row["reference"])
    chances = [(r + LEAST) / total for r in row["reference"]]
    if test["counted"]:
        weight = row["frequency"]
        ratios = [counts_ratio(s, c) for s, c in zip(row["suspect"], chances, strict=True)]
    else:
        weight = math.sqrt(row["frequency"])
        pairs = zip(row["suspect"], row["reference"], strict=True)
        ratios = [math.log(s + FAINT) - math.log(r + FAINT) for s, r in pairs]
    centre = math.fsum(c * x for c, x in zip(chances, ratios, strict=True))
    stakes = [weight * (x - centre) for x in ratios]
    paid, key = 0.0, test["key"]
    for i in range(0, len(key), 2):
        drawn = words(row, key[i : i + 2])
        costs = [-math.log((word + 0.5) / 2**32) / c for word, c in zip(drawn, chances, strict=True)]
        paid += stakes[costs.index(min(costs))]
    law = list(zip(chances, stakes, strict=True))
    return paid, len(key) // 2 * math.fsum(c * x * x for c, x in law), law


def green_cumulant(laws: Sequence[Law], tilt: float) -> float:
    """log E exp(tilt * sum) over keys: every token by itself."""
    total = 0.0
    for _, _, law in laws:
        for chance, x in law:
            y = tilt * x
            if y < 30.0:
                total += math.log1p(chance * math.expm1(y)) - chance * y
            else:
                total += y + math.log(chance + (1.0 - chance) * math.exp(-y)) - chance * y
    return total


def gumbel_cumulant(laws: Sequence[Law], tilt: float, keys: int) -> float:
    """log E exp(tilt * sum) over keys: one token of each row."""
    total = 0.0
    for _, _, law in laws:
        top = max(tilt * x for _, x in law)
        total += keys * (top + math.log(math.fsum(c * math.exp(tilt * x - top) for c, x in law)))
    return total


def bound(statistic: float, variance: float, cumulant: Callable[[float], float]) -> float:
    """log10 of the smallest E exp(tilt * sum) / exp(tilt * statistic) over tilts above 0, by golden sections."""
    if statistic <= 0.0 or variance <= 0.0:
        return 0.0

    def exponent(tilt: float) -> float:
        return cumulant(tilt) - tilt * statistic

    low, high = 0.0, statistic / variance
    while exponent(2.0 * high) < exponent(high) and high < 1e18:
        high *= 2.0
    high *= 2.0
    # The exponent is flat where it is least: a tilt known to 1e-5 of itself gives it to 1e-10.
    while high - low > 1e-5 * high:
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if exponent(left) <= exponent(right):
            high = right
        else:
            low = left
    return min(exponent((low + high) / 2.0) / math.log(10.0), 0.0)


def bet(statistic: float, cumulant: Callable[[float], float]) -> float:
    """log10 of the mean over the tilts of exp(tilt * statistic - cumulant)."""
    logs = [tilt * statistic - cumulant(tilt) for tilt in TILTS]
    top = max(logs)
    return (top + math.log(math.fsum(math.exp(x - top) for x in logs) / len(logs))) / math.log(10.0)


def check_key(test: dict[str, Any]) -> None:
    """Say whether the key is the one that was committed to."""
    if not test["secret"]:
        print("the key was given as it is, without a commitment")
        return
    secret = bytes.fromhex(test["secret"])
    digest = hashlib.sha256(test["opening"].encode() + secret).hexdigest()
    count = len(test["key"])
    if digest != test["commitment"] or list(struct.unpack_from(f"<{count}I", secret)) != test["key"]:
        raise SystemExit("the key is not the one that was committed to")
    print(f"commitment {digest} holds")


def main() -> None:
    test = json.loads((HERE / "test.json").read_text("utf-8"))
    check_key(test)
    green = test["scheme"] == "green"
    lines = (HERE / "rows.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    if len({tuple(row["window"]) for row in rows}) < len(rows):
        raise SystemExit("a window stands in two rows")
    laws = [green_law(row, test) if green else gumbel_law(row, test) for row in rows]
    statistic = math.fsum(paid for paid, _, _ in laws)

    def cumulant(tilt: float) -> float:
        if green:
            return green_cumulant(laws, tilt)
        return gumbel_cumulant(laws, tilt, len(test["key"]) // 2)

    if test["served"]:
        log10_p = min(0.0, -bet(statistic, cumulant))
    else:
        log10_p = bound(statistic, math.fsum(variance for _, variance, _ in laws), cumulant)
    print(f"rows={len(rows)}")
    print(f"log10_p={min(0.0, log10_p + math.log10(test['keys_tried']))!r}")


if __name__ == "__main__":
    main()

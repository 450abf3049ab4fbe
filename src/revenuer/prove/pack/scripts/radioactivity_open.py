"""Recomputes the p-value of an open `prove radioactivity` from the files beside it, with Python's own library alone.

Each row of rows.jsonl is one distinct window with tokens and what two models think of them after it. The key decides by draws, one for each
(window, token), what the row pays; over keys each row pays 0 on average, and its law is known exactly.
    green: every token is green with chance gamma; the row pays suspect - reference for its green tokens, less the mean.
    Gumbel: the key picks one token with the reference's probabilities; the row pays log(suspect / reference) of it, less the mean.
log10 p is Chernoff's bound for the sum (contexts that know nothing of the key), or minus the log10 of a bet spread evenly over fixed tilts (served
contexts): both are valid without approximation.
"""

import json
import math
import sys
from pathlib import Path

MASK = 0xFFFFFFFF
LEAST, FAINT = 1e-9, 1e-4
TILTS = [2.0**i for i in range(-4, 8)]


def philox(counter, key):
    """Philox4x32-10: four words from four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def words(window, tokens, key):
    """The key's draw for each token after the window: 32 bits each."""
    state = (len(window), 0)
    padded = [*window, MASK] if len(window) % 2 else window
    for a, b in zip(padded[::2], padded[1::2], strict=True):
        state = philox((a, b, *state), key)[:2]
    return [philox((token >> 2, 0xFFFFFFFE, *state), key)[token & 3] for token in tokens]


def green_row(row, key, gamma):
    """What the row pays, and the stakes whose law it is."""
    threshold = int(gamma * 2**32)
    chance = threshold / 2**32
    stakes = [s - r for s, r in zip(row["suspect"], row["reference"], strict=True)]
    drawn = words(row["window"], row["tokens"], key[:2])
    paid = sum(x * ((w < threshold) - chance) for x, w in zip(stakes, drawn, strict=True))
    return paid, ("green", chance, stakes)


def gumbel_row(row, key):
    total = sum(r + LEAST for r in row["reference"])
    chances = [(r + LEAST) / total for r in row["reference"]]
    ratios = [
        math.log(s + FAINT) - math.log(r + FAINT) for s, r in zip(row["suspect"], row["reference"], strict=True)
    ]
    centre = sum(c * x for c, x in zip(chances, ratios, strict=True))
    stakes = [x - centre for x in ratios]
    paid = 0.0
    for i in range(0, len(key), 2):
        drawn = words(row["window"], row["tokens"], key[i : i + 2])
        costs = [-math.log((w + 0.5) / 2**32) / c for w, c in zip(drawn, chances, strict=True)]
        paid += stakes[costs.index(min(costs))]
    return paid, ("gumbel", len(key) // 2, list(zip(chances, stakes, strict=True)))


def cumulant(laws, tilt):
    """log E exp(tilt * sum) over keys."""
    total = 0.0
    for kind, parameter, stakes in laws:
        if kind == "green":
            total += sum(math.log1p(parameter * math.expm1(tilt * x)) - parameter * tilt * x for x in stakes)
        else:
            total += parameter * math.log(sum(c * math.exp(tilt * x) for c, x in stakes))
    return total


def variance(laws):
    total = 0.0
    for kind, parameter, stakes in laws:
        if kind == "green":
            total += parameter * (1.0 - parameter) * sum(x * x for x in stakes)
        else:
            total += parameter * sum(c * x * x for c, x in stakes)
    return total


def bound(laws, statistic):
    """log10 of the smallest E exp(tilt * sum) / exp(tilt * statistic) over tilts above 0, by golden sections."""
    spread = math.sqrt(variance(laws))
    if statistic <= 0.0 or spread <= 0.0:
        return 0.0
    low, high = 0.0, statistic / spread**2
    best = cumulant(laws, high) - high * statistic
    for _ in range(60):
        further = cumulant(laws, 2.0 * high) - 2.0 * high * statistic
        if further >= best:
            break
        high, best = 2.0 * high, further
    high *= 2.0
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    # The bound is flat where it is best: 1e-6 of the tilt is 1e-12 of the exponent.
    while high - low > 1e-6 * high:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if cumulant(laws, left) - left * statistic <= cumulant(laws, right) - right * statistic:
            high = right
        else:
            low = left
    tilt = (low + high) / 2.0
    return min((cumulant(laws, tilt) - tilt * statistic) / math.log(10.0), 0.0)


def bet(laws, statistic):
    logs = [tilt * statistic - cumulant(laws, tilt) for tilt in TILTS]
    top = max(logs)
    return (top + math.log(sum(math.exp(x - top) for x in logs) / len(logs))) / math.log(10.0)


def main():
    test = json.loads(Path("test.json").read_text())
    scheme, key = test["scheme"], test["key"]
    statistic, laws = 0.0, []
    with Path("rows.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            if scheme["scheme"] == "green":
                paid, law = green_row(row, key, scheme["gamma"])
            else:
                paid, law = gumbel_row(row, key)
            statistic += paid
            laws.append(law)
    log10_p = min(0.0, -bet(laws, statistic)) if test["served"] else bound(laws, statistic)
    print(f"log10_p={log10_p!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

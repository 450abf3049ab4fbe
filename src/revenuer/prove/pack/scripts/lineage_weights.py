"""Recomputes the p-value of `revenuer prove lineage weights` from the matchings of units, with Python's own library.

matchings.json: group -> for each of our units the place of the suspect's unit that it was matched with. The matching itself needs the weights, whose hashes are in the
manifest: for each group, the assignment with the largest sum of cosines. Prints log10_p=<number>.
"""

import json
import math
from fractions import Fraction


def log10_tail(fixed: int, size: int) -> float:
    """log10 of the chance that a random permutation has at least `fixed` fixed points, in exact fractions."""
    derangements = [Fraction(0)] * (size + 1)
    total = Fraction(0)
    for i in range(size + 1):
        total += Fraction((-1) ** i, math.factorial(i))
        derangements[i] = total
    tail = sum(derangements[size - j] / math.factorial(j) for j in range(fixed, size + 1))
    tail = Fraction(tail)
    return (math.log2(tail.numerator) - math.log2(tail.denominator)) * math.log10(2.0)


def main() -> None:
    """Print log10 of the smallest tail times the number of groups."""
    with open("matchings.json", encoding="utf-8") as stream:
        matchings = json.load(stream)
    tails = []
    for name, to in matchings.items():
        fixed = sum(place == other for place, other in enumerate(to))
        tails.append(log10_tail(fixed, len(to)))
        print(f"group {name!r}: {fixed} of {len(to)} in place, log10 p {tails[-1]!r}")
    print(f"log10_p={min(min(tails) + math.log10(len(tails)), 0.0)!r}")


if __name__ == "__main__":
    main()

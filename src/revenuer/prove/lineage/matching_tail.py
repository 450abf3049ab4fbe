"""The exact law of how many places a random order leaves as they were."""

import math


def log10_fixed_tail(fixed: int, size: int) -> float:
    """Return log10 of the chance that a uniformly random permutation of `size` has at least `fixed` fixed points.

    P(exactly j) = (1 / j!) * sum over i <= size - j of (-1)^i / i!. Raises ValueError outside of 0 <= fixed <= size.
    Source: W. Feller, An Introduction to Probability Theory, vol. 1, section IV.4.
    """
    if not 0 <= fixed <= size:
        raise ValueError(f"expected 0 <= fixed <= size, got {fixed} of {size}")
    if fixed == 0:
        return 0.0
    total = 0.0
    # Relative to 1 / fixed!: twenty terms reach the last digit of a float.
    for j in range(fixed, min(size, fixed + 20) + 1):
        share = math.fsum((-1) ** i / math.factorial(i) for i in range(min(size - j, 25) + 1))
        total += share * math.exp(math.lgamma(fixed + 1) - math.lgamma(j + 1))
    return min(math.log10(total) - math.lgamma(fixed + 1) / math.log(10.0), 0.0)

"""The two formulas that all evidence goes through: a likelihood ratio as a bet, and the price of having looked at many operators."""

import math

CONTAIN_AT = 2.0
"""log10 of 1 / 0.01: the share of operators contained wrongly is kept at or below one in a hundred, however long one looks."""

_SUM = 2.1
"""At least the sum of 1 / (j ln(j + e)^2) over all j >= 1, which is 2.02..2.10."""


def bet(chance: float, expected: float, happened: bool) -> float:
    """Return log10 of the likelihood ratio of one trial: `expected` its probability in a pool of one operator, `chance` among strangers.

    The product over trials is an e-process: under strangers its expectation stays one however many trials come, and whenever one looks.
    """
    return math.log10(expected / chance if happened else (1.0 - expected) / (1.0 - chance))


def discount(ordinal: int, contained: int) -> float:
    """Return log10 by which the evidence on the `ordinal`-th operator counts less, after `contained` were found guilty.

    e-LOND: with weights g_j that sum to one, contain j when e_j >= 1 / (a g_j (contained + 1)); the false-discovery rate is then at most a
    under any dependence. Source: Z. Xu, A. Ramdas, Online multiple testing with e-values, AISTATS 2024, section 3.
    """
    return math.log10(_SUM * ordinal * math.log(ordinal + math.e) ** 2) - math.log10(contained + 1)

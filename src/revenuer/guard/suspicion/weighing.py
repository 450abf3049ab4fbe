"""The two formulas that all evidence goes through: a likelihood ratio as a bet, and the price of having looked at many operators."""

import math

import msgspec

CONTAIN_AT = 2.0
"""log10 of 1 / 0.01: the share of operators contained wrongly is kept at or below one in a hundred, however long one looks."""

_SUM = 2.1
"""At least the sum of 1 / (j ln(j + e)^2) over all j >= 1, which is 2.02..2.10."""


def bet(chance: float, expected: float, happened: bool) -> float:
    """Return log10 of the likelihood ratio of one trial: `expected` its probability in a pool of one operator, `chance` among strangers.

    The product over trials is an e-process: under strangers its expectation stays one however many trials come, and whenever one looks.
    """
    return math.log10(expected / chance if happened else (1.0 - expected) / (1.0 - chance))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an operator or a pool stands among all that were suspected. `ordinal`: the how-manieth of those without a peer's claim, or, if
    `claimed`, of those with one. `split_at`: how many there were when claims first came into use; 0 while there are none."""

    ordinal: int
    claimed: bool = False
    split_at: int = 0


class Queue(msgspec.Struct, kw_only=True):
    """Hands out places. Once claims are in use, half of the weight that is left goes to those that carry one, in a queue of their own: they
    wait behind fewer, the others pay a factor of two, and the sum of all weights stays at most one whatever peers claim."""

    seen: int = 0
    claimed: int = 0
    split_at: int = 0

    def split(self) -> None:
        """Take in that claims are in use from now on."""
        self.split_at = self.split_at or max(self.seen, 1)

    def take(self, claimed: bool) -> Place:
        """Return the place of the next one. `claimed` must be known before its evidence is."""
        if claimed and self.split_at:
            self.claimed += 1
            return Place(ordinal=self.claimed, claimed=True, split_at=self.split_at)
        self.seen += 1
        return Place(ordinal=self.seen, split_at=self.split_at)


def discount(place: Place, contained: int) -> float:
    """Return log10 by which the evidence on the operator at `place` counts less, after `contained` were found guilty.

    e-LOND: with weights g_j that sum to one, contain j when e_j >= 1 / (a g_j (contained + 1)); the false-discovery rate is then at most a
    under any dependence. Source: Z. Xu, A. Ramdas, Online multiple testing with e-values, AISTATS 2024, section 3.
    """
    ordinal = place.ordinal
    inverse = _SUM * ordinal * math.log(ordinal + math.e) ** 2
    if place.claimed:
        # Half of what is left after `split_at`: sum over j > J of 1 / (j ln(j + e)^2) is at least 1 / ln(J + 1 + e).
        inverse *= 2.0 * _SUM * math.log(place.split_at + 1 + math.e)
    elif place.split_at and ordinal > place.split_at:
        inverse *= 2.0
    return math.log10(inverse) - math.log10(contained + 1)

"""The e-value of a text that goes on growing: look after each response, stop when you like."""

from dataclasses import dataclass

import numpy as np

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.exponential_scores import ExponentialScores
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.pairs import Pairs
from revenuer.prove.marks.scheme import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """`log10_e[i]`: after the responses 0 .. i, for one key. Under the null the largest of them ever reaches 10**k with a chance of at most
    10**-k (Ville), however the end was chosen; over m keys divide by m."""

    log10_e: tuple[float, ...]

    @property
    def last(self) -> float:
        return self.log10_e[-1]

    @property
    def largest(self) -> float:
        return max(self.log10_e)

    def crossed(self, log10_level: float) -> int | None:
        """Return the number of responses after which it first reached the level, None = never."""
        return next((i + 1 for i, value in enumerate(self.log10_e) if value >= log10_level), None)


def can_grow(scheme: Scheme) -> bool:
    """Return whether the scheme's bets are a test martingale: pairs independent under the null, each new one free of those before."""
    return isinstance(scheme, Green | ExponentialScores)


def bet_on(pairs: Pairs, candidate: Candidate) -> Bet:
    """Return the bets after each response of the sample, in its order. Raises ValueError where the scheme's cannot grow.

    Assumes that the order was not chosen by the key. Source: J. Ville, Étude critique de la notion de collectif, 1939; A. Ramdas et al.,
    Game-theoretic statistics and safe anytime-valid inference, Statistical Science 38 (2023).
    """
    scheme = candidate.scheme
    if not can_grow(scheme):
        raise ValueError(f"the e-value of {scheme.name} is of one sample, not of a growing one")
    running = scheme.running(pairs, np.array(candidate.words, np.uint32))
    counts = pairs.ends.tolist()
    return Bet(
        log10_e=tuple(scheme.log10_e(float(value), n) for value, n in zip(running, counts, strict=True))
    )

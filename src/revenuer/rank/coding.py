"""Turns votes into what a rating model sees: which outcomes count, and as what."""

import numpy as np

from revenuer.rank.newton import Pairs
from revenuer.rank.tie_models import TIES
from revenuer.rank.votes import BOTH_BAD, TIE, Tally, Votes
from revenuer.records import UsageError

BOTH_BAD_CODINGS = ("tie", "drop")


def check_coding(ties: str, both_bad: str) -> None:
    """Raise UsageError for a coding that does not exist."""
    if ties not in TIES:
        raise UsageError(f"got ties {ties!r}, expected one of {', '.join(TIES)}")
    if both_bad not in BOTH_BAD_CODINGS:
        raise UsageError(f"got both_bad {both_bad!r}, expected one of {', '.join(BOTH_BAD_CODINGS)}")


def coded_pairs(table: Tally, ties: str, both_bad: str, squares: bool = False) -> Pairs:
    """Return the pairs with counts (or squared weights) of first won, second won, tie."""
    given = table.squares if squares else table.counts
    tied = given[:, 2] + (given[:, 3] if both_bad == "tie" else 0.0)
    counts = np.column_stack([given[:, 0], given[:, 1], np.zeros(len(tied)) if ties == "drop" else tied])
    return Pairs(size=len(table.models), first=table.first, second=table.second, counts=counts)


def counted(votes: Votes, ties: str, both_bad: str) -> np.ndarray:
    """Return (N,) bool: votes that count at all."""
    left_out = np.zeros(4, bool)
    left_out[TIE] = ties == "drop"
    left_out[BOTH_BAD] = ties == "drop" or both_bad == "drop"
    kept: np.ndarray = ~left_out[votes.outcome]
    return kept

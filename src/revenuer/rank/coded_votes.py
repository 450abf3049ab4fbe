"""The votes among some models, one by one, as a rating model sees them."""

from collections.abc import Sequence

import numpy as np

from revenuer.rank.coding import counted
from revenuer.rank.style_fit import Coded
from revenuer.rank.votes import Votes
from revenuer.records import UsageError


def coded_votes(
    votes: Votes, members: np.ndarray, ties: str, both_bad: str, style: Sequence[str] = ()
) -> Coded:
    """Return the votes among `members` (codes) that count, with their places there and style covariates of unit spread, missing ones 0."""
    place = np.full(len(votes.models), -1, np.int32)
    place[members] = np.arange(len(members))
    kept = kept_votes(votes, members, ties, both_bad)
    columns = [votes.style[name][kept] for name in style]
    return Coded(
        size=len(members),
        a=place[votes.a[kept]],
        b=place[votes.b[kept]],
        outcome=np.minimum(votes.outcome[kept], 2),
        weight=None if votes.weight is None else votes.weight[kept],
        style=_of_unit_spread(np.column_stack([np.zeros((len(votes.a[kept]), 0)), *columns])),
    )


def check_style(votes: Votes, style: Sequence[str]) -> None:
    """Raise UsageError for a covariate that the votes do not have."""
    for name in style:
        if name not in votes.style:
            raise UsageError(
                f"{votes.source} has neither a column {name!r} nor {name}_a and {name}_b; leave it out of --style"
            )


def kept_votes(votes: Votes, members: np.ndarray, ties: str, both_bad: str) -> np.ndarray | slice:
    """Return which votes count and are among `members` (codes): places, or a slice where all are."""
    inside = np.zeros(len(votes.models), bool)
    inside[members] = True
    kept = counted(votes, ties, both_bad)
    kept &= inside[votes.a]
    kept &= inside[votes.b]
    return slice(None) if kept.all() else np.flatnonzero(kept)


def _of_unit_spread(style: np.ndarray) -> np.ndarray:
    """Scale each covariate by its spread, which leaves no difference no difference; what is unknown is none."""
    spread = np.nanstd(style, axis=0) if len(style) else np.ones(style.shape[1])
    return np.nan_to_num(style / np.where(spread > 0, spread, 1.0))

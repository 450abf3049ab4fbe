"""What a leaderboard could not compare: its components, and the models that no rating fits, with the votes behind it."""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.leaderboard import Leaderboard, Rating
from revenuer.rank.votes import BOTH_BAD, TIE
from revenuer.report.rank_wording import amount, reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component of two or more models, and what the votes between it and the largest one say."""

    number: int
    members: tuple[str, ...]
    against_largest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrated:
    """A model without a rating: why, and its votes by outcome."""

    rating: Rating
    reason: str
    won: float
    lost: float
    tied: float


def parts(board: Leaderboard) -> tuple[Part, ...]:
    """Return the components of two or more models, the largest first."""
    number = {rating.model: rating.component for rating in board.ratings}
    of = np.array([number[name] for name in board.tally.models], np.int64)
    return tuple(
        Part(number=index + 1, members=members, against_largest=_against_largest(board, of, index))
        for index, members in enumerate(board.components)
        if len(members) > 1
    )


def _against_largest(board: Leaderboard, of: np.ndarray, component: int) -> str:
    """Return what the votes between a component and the largest one say; they all went one way, or there would be one component."""
    if component == 0:
        return "–"
    tally = board.tally
    first, second = of[tally.first], of[tally.second]
    forward = (first == component) & (second == 0)
    backward = (first == 0) & (second == component)
    won = float(tally.counts[forward, 0].sum() + tally.counts[backward, 1].sum())
    lost = float(tally.counts[forward, 1].sum() + tally.counts[backward, 0].sum())
    if won + lost == 0:
        return "no vote that counts"
    return f"won all {amount(won)} votes" if won else f"lost all {amount(lost)} votes"


def unrated(board: Leaderboard) -> tuple[Unrated, ...]:
    """Return the models without a rating, with their votes as they were given."""
    tally, size = board.tally, len(board.tally.models)
    counts = tally.counts
    won = np.bincount(tally.first, counts[:, 0], size) + np.bincount(tally.second, counts[:, 1], size)
    lost = np.bincount(tally.first, counts[:, 1], size) + np.bincount(tally.second, counts[:, 0], size)
    both = counts[:, TIE] + counts[:, BOTH_BAD]
    tied = np.bincount(tally.first, both, size) + np.bincount(tally.second, both, size)
    code = {name: place for place, name in enumerate(tally.models)}
    return tuple(
        Unrated(
            rating=rating,
            reason=reason_of(rating),
            won=float(won[code[rating.model]]),
            lost=float(lost[code[rating.model]]),
            tied=float(tied[code[rating.model]]),
        )
        for rating in board.ratings
        if rating.rating is None
    )

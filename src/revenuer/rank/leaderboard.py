"""A fitted leaderboard: ratings with intervals and rank sets, what could not be rated, and how much the answer hangs on choices."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revenuer.rank.votes import Tally

ELO_PER_LOGIT = 400 / np.log(10)
"""Ratings are on the Elo scale: 400 points are odds of ten to one."""

RATING_SCHEMA = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        pa.field("rating", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("rank_low", pa.int64()),
        pa.field("rank_high", pa.int64()),
        pa.field("votes", pa.float64(), nullable=False),
        pa.field("component", pa.int64(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One model. `rating`, `low`, `high` Elo points and `rank_low` (best) to `rank_high` within its `component`, all None unless
    `status` is `ranked`; otherwise it says why: never_lost, never_won, separated, no_votes."""

    model: str
    rating: float | None
    low: float | None
    high: float | None
    rank_low: int | None
    rank_high: int | None
    votes: float
    component: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleEffect:
    """What one standard deviation of a style covariate adds to a model's chances, in Elo points, with its interval."""

    name: str
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The top of the largest component under another choice: `choice` in words, the `leader`, who follows, how many ranked `models`
    it has, the `gap` between the two in Elo points, and `flips`: the fewest votes that would have to be turned over for another
    leader (certified, see rank/certify.py; None where the model of ties allows no certificate). `has_leader` says whether the model
    that leads the board as fitted is among the models at all."""

    choice: str
    leader: str
    runner_up: str
    models: int
    gap: float
    flips: int | None
    has_leader: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """How a board is fitted. `ties`: half, davidson, rao-kupper or drop; `both_bad`: tie or drop; `cluster`: any of voter, prompt;
    `style`: covariates; `anchor`: (model, rating) or None for a mean of 1000 within each component; `bootstrap`: rounds, 0 for the
    sandwich."""

    ties: str = "half"
    both_bad: str = "tie"
    cluster: tuple[str, ...] = ()
    style: tuple[str, ...] = ()
    level: float = 0.95
    anchor: tuple[str, float] | None = None
    bootstrap: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """`ratings` best first, component by component, those without a rating last. `intervals`: how they were made, in words.

    `tally` holds the pairs of all models; `tie_parameter` the fitted one of the largest component (None where there is none).
    """

    ratings: tuple[Rating, ...]
    options: FitOptions
    votes: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...]
    source: str
    intervals: str
    clusters: tuple[tuple[str, int], ...]
    tie_parameter: float | None
    style: tuple[StyleEffect, ...]
    alternatives: tuple[Alternative, ...]
    tally: Tally

    @property
    def components(self) -> tuple[tuple[str, ...], ...]:
        """The models of each component, largest first."""
        number = max((r.component for r in self.ratings), default=-1) + 1
        return tuple(
            tuple(r.model for r in self.ratings if r.component == component) for component in range(number)
        )


def ratings_table(board: Leaderboard) -> pa.Table:
    """Return the ratings as a table of RATING_SCHEMA."""
    rows = [{name: getattr(rating, name) for name in RATING_SCHEMA.names} for rating in board.ratings]
    return pa.Table.from_pylist(rows, schema=RATING_SCHEMA)

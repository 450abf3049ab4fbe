"""The forest plot of a leaderboard and of its style effects: rows of numbers, each with its drawing."""

from dataclasses import dataclass

from markupsafe import Markup

from revenuer.rank.leaderboard import Leaderboard, Rating
from revenuer.report import rank_drawings
from revenuer.report.rank_drawings import Bounds
from revenuer.report.rank_wording import signed_points

SHOWN_ROWS = 400
"""Models drawn in one component; ratings.parquet has all."""
SHOWN_PLOTS = 8
"""Components with a table of their own."""
LEADING_ROWS = 25
"""The first of a long component are drawn on a scale of their own too: on the whole scale their intervals are as small as points."""
LONG = 35
"""Models from which a component is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    rating: Rating
    may_lead: bool
    interval: Markup
    ranks: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Rows on one pair of axes."""

    rows: tuple[ForestRow, ...]
    rating_axis: Markup
    rank_axis: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """One component's ratings, drawn. `number` counts from 1; `size` models; `whole` shows them (the first SHOWN_ROWS),
    `leading` the first few on a scale of their own, None where the whole scale shows them well."""

    number: int
    size: int
    leading: Plot | None
    whole: Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRow:
    name: str
    effect: str
    interval: str
    drawing: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleForest:
    """The style effects, drawn on one axis about zero."""

    rows: tuple[StyleRow, ...]
    axis: Markup


def forests(board: Leaderboard) -> tuple[Forest, ...]:
    """Return the drawn ratings of each component that has any, the largest first."""
    by_component: dict[int, list[Rating]] = {}
    for rating in board.ratings:
        if rating.rating is not None:
            by_component.setdefault(rating.component, []).append(rating)
    return tuple(_forest(component, rows) for component, rows in sorted(by_component.items())[:SHOWN_PLOTS])


def _forest(component: int, ratings: list[Rating]) -> Forest:
    size = len(ratings)
    return Forest(
        number=component + 1,
        size=size,
        leading=_plot(ratings[:LEADING_ROWS], max(r.rank_high or size for r in ratings[:LEADING_ROWS]))
        if size > LONG
        else None,
        whole=_plot(ratings[:SHOWN_ROWS], size),
    )


def _plot(ratings: list[Rating], last_rank: int) -> Plot:
    """Draw the first `ratings` of a component on a rating axis that fits them and a rank axis that ends at `last_rank`."""
    scale = rank_drawings.scale_of([_bounds(rating) for rating in ratings])
    ranks = rank_drawings.rank_scale(last_rank)
    return Plot(
        rows=tuple(
            ForestRow(
                rating=rating,
                may_lead=rating.rank_low == 1,
                interval=rank_drawings.interval_drawing(scale, _bounds(rating), marked=rating.rank_low == 1),
                ranks=rank_drawings.rank_drawing(
                    ranks, rating.rank_low or 1, rating.rank_high or last_rank, place
                ),
            )
            for place, rating in enumerate(ratings, 1)
        ),
        rating_axis=rank_drawings.axis(scale, "rating"),
        rank_axis=rank_drawings.axis(ranks, "rank"),
    )


def _bounds(rating: Rating) -> Bounds:
    """Return (low, rating, high) of a rated model; an interval that is missing has no width."""
    middle = rating.rating or 0.0
    return (
        middle if rating.low is None else rating.low,
        middle,
        middle if rating.high is None else rating.high,
    )


def style_forest(board: Leaderboard) -> StyleForest | None:
    """Return the style effects, or None on a board without any. A filled point: the interval leaves zero out."""
    if not board.style:
        return None
    scale = rank_drawings.scale_of([(e.low, e.effect, e.high) for e in board.style], zero=True)
    return StyleForest(
        rows=tuple(
            StyleRow(
                name=effect.name,
                effect=signed_points(effect.effect),
                interval=f"{signed_points(effect.low)} to {signed_points(effect.high)}",
                drawing=rank_drawings.interval_drawing(
                    scale,
                    (effect.low, effect.effect, effect.high),
                    marked=effect.low > 0 or effect.high < 0,
                    zero=True,
                ),
            )
            for effect in board.style
        ),
        axis=rank_drawings.axis(scale, "rating"),
    )

"""Curves of what students have, one small SVG a policy on axes that all panels of a task share. Coordinates are percentages, so that a
drawing fills its cell at any width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from revenuer.records.degradation import Curve, CurvePoint
from revenuer.report.degrade_wording import number
from revenuer.report.wording import short_count

LEFT, RIGHT, TOP, BOTTOM = 11.0, 97.0, 4.0, 86.0
"""Per cent of the panel that the plot takes."""
FLOOR = -0.25
"""Scores below this are drawn at the edge: a student that is worse than knowing nothing is no matter of degree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """Exchanges from `least` to `most` by the logarithm; scores from `low` to `high`."""

    least: int
    most: int
    low: float
    high: float

    def x(self, exchanges: int) -> float:
        """Return the place of a number of exchanges, per cent."""
        span = math.log(self.most / self.least) or 1.0
        return round(LEFT + (RIGHT - LEFT) * math.log(exchanges / self.least) / span, 2)

    def y(self, score: float) -> float:
        """Return the place of a score, per cent; what lies beyond stands at the edge."""
        share = (min(max(score, self.low), self.high) - self.low) / (self.high - self.low)
        return round(BOTTOM - (BOTTOM - TOP) * share, 2)


def axes_of(curves: Sequence[Curve]) -> Axes:
    """Return axes for all curves of a task."""
    points = [point for curve in curves for point in curve.points]
    lowest = min(end(point, -1) for point in points)
    return Axes(
        least=min(point.exchanges for point in points),
        most=max(point.exchanges for point in points),
        low=min(0.0, max(lowest, FLOOR)),
        high=max(1.0, *(point.score.value for point in points)),
    )


def panel(axes: Axes, curves: Sequence[tuple[Curve, str]], label: str) -> Markup:
    """Return one panel; each curve comes with its class: reference, naive, adaptive."""
    drawn = Markup("").join(_curve(axes, curve, kind) for curve, kind in curves)
    return Markup('<svg class="panel" role="img" aria-label="{}">{}{}</svg>').format(
        label, _grid(axes), drawn
    )


def end(point: CurvePoint, side: int) -> float:
    """Return the end of a point's interval on this side (-1 or 1); the value where it has none."""
    found = point.score.low if side < 0 else point.score.high
    return point.score.value if found is None else found


def _curve(axes: Axes, curve: Curve, kind: str) -> Markup:
    pieces = [
        Markup('<line x1="{}%" y1="{}%" x2="{}%" y2="{}%" class="line"/>').format(
            axes.x(one.exchanges), axes.y(one.score.value), axes.x(two.exchanges), axes.y(two.score.value)
        )
        for one, two in zip(curve.points, curve.points[1:], strict=False)
    ]
    for point in curve.points:
        x = axes.x(point.exchanges)
        pieces.append(
            Markup('<line x1="{0}%" x2="{0}%" y1="{1}%" y2="{2}%" class="reach"/>').format(
                x, axes.y(end(point, -1)), axes.y(end(point, 1))
            )
        )
        pieces.append(
            Markup('<circle cx="{}%" cy="{}%" r="3" class="dot"/>').format(x, axes.y(point.score.value))
        )
    return Markup('<g class="{}">{}</g>').format(kind, Markup("").join(pieces))


def _grid(axes: Axes) -> Markup:
    marks = [tick for tick in (0.0, 0.25, 0.5, 0.75, 1.0) if axes.low <= tick <= axes.high]
    rows = [
        Markup(
            '<line x1="{}%" x2="{}%" y1="{y}%" y2="{y}%" class="grid"/><text x="{}%" y="{y}%" dy="4" class="last">{}</text>'
        ).format(LEFT, RIGHT, LEFT - 1.5, number(tick), y=axes.y(tick))
        for tick in marks
    ]
    columns = [
        Markup('<text x="{}%" y="97%" class="{}">{}</text>').format(axes.x(tick), place, short_count(tick))
        for tick, place in _ticks(axes)
    ]
    return Markup("").join([*rows, *columns])


def _ticks(axes: Axes) -> list[tuple[int, str]]:
    if axes.least == axes.most:
        return [(axes.least, "first")]
    middle = round(math.sqrt(axes.least * axes.most))
    return [(axes.least, "first"), (middle, "mid"), (axes.most, "last")]

"""Drawings of a leaderboard, one small SVG a row on a scale that all rows share, so that they read as one plot.

Coordinates are percentages, so that a drawing fills its cell at any width and the lines of neighbouring rows meet.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from revenuer.report.rank_wording import points
from revenuer.report.wording import count

MARGIN = 2.5
"""Per cent kept free at both ends, so that the outermost points are whole."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
WANTED_TICKS = 5
REACH = 0.3
"""Intervals that reach further beyond the outermost ratings than this share of their span are cut, with an arrow: one model with
three votes must not press all others into a line."""

Bounds = tuple[float, float, float]
"""(low, estimate, high)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear axis from `low` to `high` with marked `ticks` within it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return where a value stands, per cent of the width; what lies beyond the axis stands at its end."""
        share = (value - self.low) / (self.high - self.low)
        return round(MARGIN + (100 - 2 * MARGIN) * min(max(share, 0.0), 1.0), 2)


def scale_of(rows: Sequence[Bounds], *, zero: bool = False) -> Scale:
    """Return an axis that shows every estimate and as much of the intervals as leaves them apart; `zero`: it holds 0."""
    estimates = [middle for _, middle, _ in rows] + ([0.0] if zero else [])
    span = max(estimates) - min(estimates)
    widths = sorted(high - low for low, _, high in rows)
    reach = max(REACH * span, widths[len(widths) // 2], 1.0)
    low = max(min(low for low, _, _ in rows), min(estimates) - reach)
    high = min(max(high for _, _, high in rows), max(estimates) + reach)
    low, high = min(low, *estimates), max(high, *estimates)
    if high - low < 1.0:
        low, high = low - 0.5, high + 0.5
    return Scale(low=low, high=high, ticks=round_ticks(low, high))


def rank_scale(size: int) -> Scale:
    """Return the axis of the ranks 1 to `size`."""
    inner = [tick for tick in round_ticks(1, size) if 1 < tick < size and tick == int(tick)]
    # A label next to an end would run into it; of three digits, sooner.
    free = 0.23 if size >= 100 else 0.12
    kept = [tick for tick in inner if free * size < tick < (1 - free) * size]
    return Scale(low=0.5, high=size + 0.5, ticks=tuple(sorted({1.0, *kept, float(size)})))


def round_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return about five round numbers from `low` to `high`."""
    rough = max(high - low, 1e-9) / WANTED_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in STEPS if size * power >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    return tuple(
        round(index * step, 9 - min(0, math.floor(math.log10(step)))) for index in range(first, last + 1)
    )


def axis(scale: Scale, kind: str) -> Markup:
    """Return the labels of an axis; `kind`: rating or rank."""
    labels = Markup("").join(
        Markup('<text x="{}%" y="11" class="{}">{}</text>').format(
            scale.place(tick), _anchor(scale.place(tick)), _label(tick, kind)
        )
        for tick in scale.ticks
    )
    marks = Markup("").join(
        Markup('<line x1="{0}%" x2="{0}%" y1="15" y2="20" class="tick"/>').format(scale.place(tick))
        for tick in scale.ticks
    )
    return Markup('<svg class="axis" aria-hidden="true">{}{}</svg>').format(labels, marks)


def _anchor(place: float) -> str:
    if place < 6:
        return "first"
    return "last" if place > 94 else "mid"


def _label(tick: float, kind: str) -> str:
    return count(int(tick)) if kind == "rank" else points(tick, 0 if tick == int(tick) else 1)


def interval_drawing(scale: Scale, bounds: Bounds, *, marked: bool, zero: bool = False) -> Markup:
    """Return one row of the forest plot; `marked` fills the point, else it is a ring. `zero`: a heavier line stands at 0."""
    low, middle, high = bounds
    centre = (
        Markup('<line x1="{0}%" x2="{0}%" y1="0" y2="100%" class="zero"/>').format(scale.place(0.0))
        if zero
        else Markup("")
    )
    return Markup(
        '<svg class="row" aria-hidden="true">{}{}<line x1="{}%" x2="{}%" y1="50%" y2="50%" class="range"/>{}'
        '<circle cx="{}%" cy="50%" r="3.5" class="{}"/></svg>'
    ).format(
        _grid(scale),
        centre,
        scale.place(low),
        scale.place(high),
        _cut_ends(scale, low, high),
        scale.place(middle),
        "point" if marked else "point ring",
    )


def _cut_ends(scale: Scale, low: float, high: float) -> Markup:
    """Return an arrow head at each end where the interval goes on beyond the axis."""
    ends = Markup("")
    if low < scale.low:
        ends += Markup('<svg x="0" y="50%" class="end"><path d="M1 0 9 -5V5z"/></svg>')
    if high > scale.high:
        ends += Markup('<svg x="100%" y="50%" class="end"><path d="M-1 0 -9 -5V5z"/></svg>')
    return ends


def rank_drawing(scale: Scale, low: int, high: int, place: int) -> Markup:
    """Return a rank set as a bar, with a notch at the rank of the estimate."""
    left, right = scale.place(low - 0.5), scale.place(high + 0.5)
    return Markup(
        '<svg class="row" aria-hidden="true">{}<svg y="50%"><rect x="{}%" y="-6" width="{}%" height="12" rx="2" class="ranks"/>'
        '<line x1="{at}%" x2="{at}%" y1="-8" y2="8" class="notch"/></svg></svg>'
    ).format(_grid(scale), left, round(max(right - left, 0.6), 2), at=scale.place(place))


def _grid(scale: Scale) -> Markup:
    return Markup("").join(
        Markup('<line x1="{0}%" x2="{0}%" y1="0" y2="100%" class="grid"/>').format(scale.place(tick))
        for tick in scale.ticks
    )

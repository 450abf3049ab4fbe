"""Drawings of a verdict: where p stands, the effect with its interval, and a test's own series. Percentage coordinates, so that text keeps its size."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.report.rank_drawings import Scale, round_ticks

MOST_POINTS = 2000
LEAST_SPAN = 3.0
"""Decades that the axis of p shows at least."""
_SUPERSCRIPT = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")


def p_drawing(verdict: SuspectVerdict) -> Markup | None:
    """Return p on a logarithmic axis beside alpha and the floor; None where there is no p."""
    if verdict.log10_p is None:
        return None
    alpha = math.log10(verdict.alpha)
    floor = math.log10(verdict.floor) if verdict.floor else None
    # A floor thousands of decades away would press everything else into a corner: it is told in words.
    shown_floor = (
        floor if floor is not None and floor > 2.0 * min(verdict.log10_p, alpha, -LEAST_SPAN) else None
    )
    least = min(verdict.log10_p, alpha, shown_floor or 0.0, -LEAST_SPAN)
    scale = Scale(low=1.03 * least, high=-0.02 * least, ticks=round_ticks(least, 0.0))
    labels = [Markup("")]
    for value, words, y in (
        (alpha, "alpha", 14),
        *(((shown_floor, "floor", 30),) if shown_floor is not None else ()),
    ):
        place = scale.place(value)
        labels.append(
            Markup(
                '<line x1="{0}%" x2="{0}%" y1="{1}" y2="66" class="limit"/><text x="{0}%" dx="{4}" y="{2}" class="{3}">{5}</text>'
            ).format(place, y + 3, y, _side(place), _gap(place), words)
        )
    return Markup(
        '<svg class="scale p" role="img" aria-label="{}"><line x1="0" x2="100%" y1="66" y2="66" class="track"/>{}{}'
        '<circle cx="{}%" cy="53" r="6" class="point"/></svg>'
    ).format(
        f"log10 p is {verdict.log10_p:.2f}, alpha is {alpha:.2f}"
        + ("" if floor is None else f", the floor is {floor:.2f}"),
        _ticks(scale, 66, _decade),
        Markup("").join(labels),
        scale.place(verdict.log10_p),
    )


def effect_drawing(effect: Effect) -> Markup:
    """Return the estimate with its interval, and a line at its value under the null hypothesis where that is known."""
    shown = [effect.low, effect.value, effect.high] + ([] if effect.null is None else [effect.null])
    pad = 0.06 * (max(shown) - min(shown)) or 0.5 * abs(effect.value) or 0.5
    scale = Scale(
        low=min(shown) - pad, high=max(shown) + pad, ticks=round_ticks(min(shown) - pad, max(shown) + pad)
    )
    null = Markup("")
    if effect.null is not None:
        place = scale.place(effect.null)
        null = Markup(
            '<line x1="{0}%" x2="{0}%" y1="17" y2="66" class="limit"/><text x="{0}%" dx="{2}" y="14" class="{1}">under H0</text>'
        ).format(place, _side(place), _gap(place))
    low, middle, high = scale.place(effect.low), scale.place(effect.value), scale.place(effect.high)
    return Markup(
        '<svg class="scale" role="img" aria-label="{label}"><line x1="0" x2="100%" y1="66" y2="66" class="track"/>{ticks}{null}'
        '<line x1="{low}%" x2="{high}%" y1="46" y2="46" class="range"/><line x1="{low}%" x2="{low}%" y1="39" y2="53" class="end"/>'
        '<line x1="{high}%" x2="{high}%" y1="39" y2="53" class="end"/><circle cx="{middle}%" cy="46" r="6" class="point"/></svg>'
    ).format(
        label=f"{effect.name}: {effect.value:.4g}, {effect.level:.0%} interval {effect.low:.4g} to {effect.high:.4g}",
        ticks=_ticks(scale, 66, lambda tick: f"{tick:g}"),
        null=null,
        low=low,
        middle=middle,
        high=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFigure:
    """One drawn series with its title; `note` says what was left out."""

    name: str
    drawing: Markup
    x_label: str
    y_label: str
    note: str


def series_figures(series: Any) -> tuple[SeriesFigure, ...]:
    """Return a figure for each well-formed series; what is none is left to the tables of details."""
    if not isinstance(series, Sequence) or isinstance(series, str):
        return ()
    return tuple(figure for figure in map(_figure, series) if figure is not None)


def _figure(one: Any) -> SeriesFigure | None:
    if not isinstance(one, Mapping):
        return None
    points = _points(one.get("x"), one.get("y"))
    if len(points) < 2:
        return None
    shown = points[:: -(-len(points) // MOST_POINTS)]
    x = _axis([p[0] for p in shown])
    y = _axis([p[1] for p in shown])
    drawn = " ".join(f"{10 * x.place(a):.1f},{10 * (100 - y.place(b)):.1f}" for a, b in shown)
    rising = all(a <= b for (a, _), (b, _) in pairwise(shown))
    if rising:
        marks = Markup('<polyline points="{}" class="curve"/>').format(drawn)
    else:
        dots = " ".join(f"M{place} h0" for place in drawn.split())
        marks = Markup('<path d="{}" class="dots"/>').format(dots)
    name = str(one.get("name", ""))
    return SeriesFigure(
        name=name,
        drawing=_plot(x, y, marks, f"{name}: {len(points)} points"),
        x_label=str(one.get("x_label", "")),
        y_label=str(one.get("y_label", "")),
        note="" if len(shown) == len(points) else f"{len(shown):,} of {len(points):,} points are drawn.",
    )


def _points(x: Any, y: Any) -> list[tuple[float, float]]:
    """Return the pairs of two lists of finite numbers of one length, else nothing."""
    if not isinstance(x, Sequence) or not isinstance(y, Sequence) or len(x) != len(y):
        return []
    whole = all(isinstance(v, int | float) and math.isfinite(v) for v in (*x, *y))
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)] if whole else []


def _axis(values: Sequence[float]) -> Scale:
    low, high = min(values), max(values)
    if high == low:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    return Scale(low=low, high=high, ticks=round_ticks(low, high))


def _plot(x: Scale, y: Scale, marks: Markup, label: str) -> Markup:
    """Return axes and marks: 240 px high, the marks in a square of 1000 that is stretched."""
    across = Markup("").join(
        Markup(
            '<line x1="0" x2="100%" y1="{0}%" y2="{0}%" class="grid"/><text x="4" y="{0}%" dy="-3" class="first">{1}</text>'
        ).format(round(100 - y.place(tick), 2), f"{tick:g}")
        for tick in y.ticks
    )
    return Markup(
        '<svg class="plot" role="img" aria-label="{}"><svg width="100%" height="200">{}'
        '<svg width="100%" height="200" viewBox="0 0 1000 1000" preserveAspectRatio="none">{}</svg></svg>'
        '<line x1="0" x2="100%" y1="200" y2="200" class="track"/>{}</svg>'
    ).format(label, across, marks, _ticks(x, 200, lambda tick: f"{tick:g}"))


def _ticks(scale: Scale, y: int, words: Callable[[float], str]) -> Markup:
    return Markup("").join(
        Markup(
            '<line x1="{0}%" x2="{0}%" y1="{1}" y2="{2}" class="tick"/><text x="{0}%" y="{3}" class="{4}">{5}</text>'
        ).format(scale.place(tick), y, y + 6, y + 20, _anchor(scale.place(tick)), words(tick))
        for tick in scale.ticks
    )


def _decade(tick: float) -> str:
    return "1" if tick == 0 else f"10{f'{tick:g}'.translate(_SUPERSCRIPT)}"


def _anchor(place: float) -> str:
    if place < 5:
        return "first"
    return "last" if place > 95 else "mid"


def _side(place: float) -> str:
    """Labels of limits stand to the right of their line, near the right edge to its left."""
    return "last" if place > 80 else "first"


def _gap(place: float) -> int:
    return -4 if place > 80 else 4

"""Small drawings made on the server as SVG with percentage coordinates, so that text keeps its size at any width.

They use presentation attributes and classes only: the policy forbids inline styles.
"""

import math

from markupsafe import Markup

from revenuer.records import Confidence, Outcome, Prevalence
from revenuer.report.wording import percent

STRENGTH_RANGE = 6.0
"""Bars end at a log10 Bayes factor of +-6 (a million to one); the number beside them is exact."""

_ICONS = {
    Outcome.POSITIVE: '<path d="M8 2 15 14H1z"/>',
    Outcome.NEGATIVE: '<path d="M8 14 1 2h14z"/>',
    Outcome.INCONCLUSIVE: '<path d="M8 1 15 8 8 15 1 8z" class="hollow"/>',
    Outcome.NOT_EVALUATED: '<circle cx="8" cy="8" r="6" class="hollow dashed"/>',
}


def outcome_icon(outcome: Outcome) -> Markup:
    """Return a shape per outcome: triangle up, triangle down, hollow diamond, dashed circle."""
    return Markup('<svg class="icon {}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>').format(
        outcome.value, Markup(_ICONS[outcome])
    )


def confidence_icon(confidence: Confidence) -> Markup:
    """Return three bars, filled up to the confidence."""
    filled = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}[confidence]
    bars = Markup("").join(
        Markup('<rect x="{}" y="{}" width="4" height="{}" class="{}"/>').format(
            1 + 5 * index, 11 - 4 * index, 4 + 4 * index, "full" if index < filled else "hollow"
        )
        for index in range(3)
    )
    return Markup('<svg class="icon confidence" viewBox="0 0 16 16" aria-hidden="true">{}</svg>').format(bars)


def strength_bar(outcome: Outcome, log10_bayes_factor: float) -> Markup:
    """Return a bar to the right (for the campaign) or left (for the look-alike) of a centre line."""
    if outcome is Outcome.NOT_EVALUATED:
        return Markup(
            '<svg class="bar" aria-hidden="true"><line x1="0" x2="100%" y1="9" y2="9" class="track dashed"/></svg>'
        )
    width = 50.0 * min(abs(log10_bayes_factor), STRENGTH_RANGE) / STRENGTH_RANGE
    left = 50.0 if log10_bayes_factor >= 0 else 50.0 - width
    ticks = Markup("").join(
        Markup('<line x1="{0}%" x2="{0}%" y1="12" y2="18" class="tick"/>').format(round(50 + 50 * at / 6, 2))
        for at in (-4, -2, 2, 4)
    )
    return Markup(
        '<svg class="bar" aria-hidden="true"><line x1="0" x2="100%" y1="15" y2="15" class="track"/>{}'
        '<rect x="{}%" y="3" width="{}%" height="10" class="{}"/>{}'
        '<line x1="50%" x2="50%" y1="0" y2="18" class="centre"/></svg>'
    ).format(ticks, round(left, 2), round(width, 2), outcome.value, _beyond(log10_bayes_factor))


def _beyond(log10_bayes_factor: float) -> Markup:
    """Return a break near the bar's end where the bar is longer than the drawing."""
    if abs(log10_bayes_factor) <= STRENGTH_RANGE:
        return Markup("")
    at = (92, 95) if log10_bayes_factor > 0 else (5, 8)
    return Markup("").join(
        Markup('<line x1="{}%" x2="{}%" y1="15" y2="1" class="beyond"/>').format(x, x + 2) for x in at
    )


def prevalence_drawing(prevalence: Prevalence) -> Markup:
    """Return the interval as a line with the estimate as a point on a share axis that starts at zero."""
    top = _axis_top(max(prevalence.high, prevalence.share, 1e-4))
    low, share, high = (
        round(100.0 * value / top, 3) for value in (prevalence.low, prevalence.share, prevalence.high)
    )
    ticks = Markup("").join(
        Markup(
            '<line x1="{0}%" x2="{0}%" y1="30" y2="36" class="tick"/><text x="{0}%" y="50" class="{1}">{2}</text>'
        ).format(
            round(25.0 * step, 2),
            "first" if step == 0 else "last" if step == 4 else "mid",
            f"{100 * top * step / 4:g} %",
        )
        for step in range(5)
    )
    return Markup(
        '<svg class="interval" role="img" aria-label="{label}"><line x1="0" x2="100%" y1="30" y2="30" class="track"/>'
        '{ticks}<line x1="{low}%" x2="{high}%" y1="16" y2="16" class="range"/>'
        '<line x1="{low}%" x2="{low}%" y1="8" y2="24" class="end"/><line x1="{high}%" x2="{high}%" y1="8" y2="24" class="end"/>'
        '<circle cx="{share}%" cy="16" r="6" class="point"/></svg>'
    ).format(
        label=f"Share of exchanges that is harvest: {percent(prevalence.share)}, "
        f"95 % interval {percent(prevalence.low)} to {percent(prevalence.high)}",
        ticks=ticks,
        low=low,
        high=high,
        share=share,
    )


def _axis_top(value: float) -> float:
    """Return the next of 1, 2, 4, 8 times a power of ten above the value, at most 1 (all traffic)."""
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1, 2, 4, 8, 10):
        if value <= step * power:
            return min(1.0, step * power)
    return 1.0

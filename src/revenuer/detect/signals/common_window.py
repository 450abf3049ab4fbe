"""Accounts start together and stop together.

Source: THREATS.md, signup bursts, failover, campaigns that begin as a free trial ends. Counter-move: staggered starts.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

EDGE = 0.04
"""A first or last request within this share of the log's length from its edge says nothing: the log was cut there."""


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the spread of first (and last) requests over that of accounts at large; the tighter counts."""
    population = context.population
    values = []
    for times, edge in ((population.first, population.origin), (population.last, population.until)):
        length = population.until - population.origin
        inner = np.abs(times - edge) > EDGE * length
        mine = times[group.accounts][inner[group.accounts]]
        if len(mine) < max(4, 0.6 * group.size):
            continue
        here = np.subtract(*np.quantile(mine, [0.8, 0.2]))
        there = np.subtract(*np.quantile(times[inner], [0.8, 0.2]))
        values.append(-np.log10(max(here / max(there, 1), 0.005)))
    if not values:
        return None
    value = float(max(values))
    return Measurement(
        value=value, summary=f"first or last requests lie {10**value:.1f} times closer together than at large"
    )


SIGNAL = Signal(
    name="common_window",
    family="time",
    look_alike="a class, a course or a company that starts on one day; a release day",
    measure=measure,
)

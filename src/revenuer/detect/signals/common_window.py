"""Accounts start together and stop together.

Source: THREATS.md, signup bursts, failover, campaigns that begin as a free trial ends. Counter-move: staggered starts.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

EDGE = 0.04
"""A first or last request within this share of the log's length from its edge says nothing: the log was cut there."""
FEW = 0.01


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the spread of first (and last) requests over that of accounts at large; the tighter counts."""
    values = []
    for times, inner, there in context.at_large(_ends):
        mine = times[group.accounts][inner[group.accounts]]
        if len(mine) < max(4, 0.6 * group.size):
            continue
        here = np.subtract(*np.quantile(mine, [0.8, 0.2]))
        values.append(-np.log10(max(here / max(there, 1), 0.005)))
    if not values:
        return None
    value = float(max(values))
    return Measurement(
        value=value, summary=f"first or last requests lie {10**value:.1f} times closer together than at large"
    )


def _ends(context: Context) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return for first and for last requests: (times (N,), which of them lie inside the log (N,), their spread).

    The log begins and ends where but few accounts are left outside: one clock that is days ahead must not move its edge.
    """
    population = context.population
    begin, end = np.quantile(population.first, FEW), np.quantile(population.last, 1 - FEW)
    margin = EDGE * (end - begin)
    ends = []
    for times, inner in (
        (population.first, population.first > begin + margin),
        (population.last, population.last < end - margin),
    ):
        spread = np.subtract(*np.quantile(times[inner], [0.8, 0.2])) if inner.any() else 0.0
        ends.append((times, inner, float(spread)))
    return ends


SIGNAL = Signal(
    name="common_window",
    family="time",
    look_alike="a class, a course or a company that starts on one day; a release day",
    measure=measure,
)

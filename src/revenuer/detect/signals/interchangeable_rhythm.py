"""Which account sent a request tells nothing about the hour: workers on one schedule.

People keep hours of their own. Only differences between accounts are measured, never where on the clock a group stands.
Source: THREATS.md, synchronised timing. Counter-move: a schedule drawn for each account.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.personal_variance import relative_variance


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the variance of rhythm between the group's accounts over that at large."""
    found = relative_variance(context.rhythm_reference, group.accounts, context)
    if found is None:
        return None
    relative, least, here = found
    return Measurement(
        value=float(-np.log10(relative)),
        at_best=float(-np.log10(least)),
        summary=f"working hours differ between its {here.accounts} measurable accounts {relative:.1%} as much as at large",
    )


SIGNAL = Signal(
    name="interchangeable_rhythm",
    family="time",
    look_alike="colleagues in one office, a class in one lesson, cron jobs at full hours",
    measure=measure,
)

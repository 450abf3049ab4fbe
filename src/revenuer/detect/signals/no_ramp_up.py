"""New accounts work at full rate from their first day, where people take days to find their use.

Source: THREATS.md, no ramp-up. Counter-move: warm each account up.
"""

import numpy as np
from numba import njit

from revenuer.detect.group import Context, Group
from revenuer.detect.group_time import DAY_HOURS, shown
from revenuer.detect.signals.base import Measurement, Signal

MIN_LATE_HOURS = 72


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the median, over accounts that start inside the log, of log10 (first 24 h over the mean day after)."""
    activity = context.population.activity
    ratios = _first_day_ratios(shown(group.accounts), activity.starts, activity.hour, activity.count)
    if len(ratios) < 4:
        return None
    value = float(-abs(np.median(ratios)))
    return Measurement(
        value=value,
        summary=f"new accounts do {10 ** float(np.median(ratios)):.0%} of a later day's work on their first day",
    )


@njit(cache=True, nogil=True)
def _first_day_ratios(
    accounts: np.ndarray, starts: np.ndarray, hour: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """Return log10 (first 24 h over the mean day after) of the accounts that start inside the log and stay long enough."""
    ratios = np.empty(len(accounts))
    found = 0
    for account in accounts:
        low, high = starts[account], starts[account + 1]
        if high - low < 2:
            continue
        first, last = hour[low], hour[high - 1]
        if first < DAY_HOURS or last - first < MIN_LATE_HOURS:
            continue
        early, late = 0, 0
        for i in range(low, high):
            if hour[i] < first + DAY_HOURS:
                early += count[i]
            else:
                late += count[i]
        later_day = late * DAY_HOURS / (last + 1 - first - DAY_HOURS)
        ratios[found] = np.log10((early + 0.5) / (later_day + 0.5))
        found += 1
    return ratios[:found]


SIGNAL = Signal(
    name="no_ramp_up",
    family="rate",
    look_alike="migrations, CI and batch jobs start at full rate too",
    measure=measure,
)

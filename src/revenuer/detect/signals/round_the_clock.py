"""Work goes on around the clock, or with less of a night than anybody's.

Measured on single accounts, so that a worldwide group of people does not look sleepless. Source: THREATS.md, 24/7 without
human rhythm. Counter-move: a mask of working hours.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.group_time import DAY_HOURS, group_activity
from revenuer.detect.signals.base import Measurement, Signal

MIN_REQUESTS = 60
REST_HOURS = 8


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the median account's share of requests in its eight quietest neighbouring hours, times three (1 = flat)."""
    profile = group_activity(context.population, group.accounts).by_hour_of_day
    profile = profile[profile.sum(axis=1) >= MIN_REQUESTS]
    if len(profile) < 4:
        return None
    around = np.concatenate([profile, profile[:, : REST_HOURS - 1]], axis=1)
    rest = np.lib.stride_tricks.sliding_window_view(around, REST_HOURS, axis=1).sum(axis=2).min(axis=1)
    value = float(np.median(rest / profile.sum(axis=1)) * DAY_HOURS / REST_HOURS)
    return Measurement(
        value=value, summary=f"its accounts work their quietest eight hours at {value:.0%} of the mean rate"
    )


SIGNAL = Signal(
    name="round_the_clock",
    family="rhythm",
    look_alike="migrations, CI, batch jobs, aggregators with users everywhere",
    measure=measure,
)

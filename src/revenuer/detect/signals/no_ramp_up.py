"""New accounts work at full rate from their first day, where people take days to find their use.

Source: THREATS.md, no ramp-up. Counter-move: warm each account up.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.group_time import DAY_HOURS, group_activity
from revenuer.detect.signals.base import Measurement, Signal

MIN_LATE_HOURS = 72


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the median, over accounts that start inside the log, of log10 (first 24 h over the mean day after)."""
    counts = group_activity(context.population, group.accounts).counts
    ratios = []
    for row in counts:
        seen = np.flatnonzero(row)
        if len(seen) < 2 or seen[0] < DAY_HOURS or seen[-1] - seen[0] < MIN_LATE_HOURS:
            continue
        early = row[seen[0] : seen[0] + DAY_HOURS].sum()
        late = (
            row[seen[0] + DAY_HOURS : seen[-1] + 1].sum() * DAY_HOURS / (seen[-1] + 1 - seen[0] - DAY_HOURS)
        )
        ratios.append(np.log10((early + 0.5) / (late + 0.5)))
    if len(ratios) < 4:
        return None
    value = float(-abs(np.median(ratios)))
    return Measurement(
        value=value,
        summary=f"new accounts do {10 ** float(np.median(ratios)):.0%} of a later day's work on their first day",
    )


SIGNAL = Signal(
    name="no_ramp_up",
    family="rate",
    look_alike="migrations, CI and batch jobs start at full rate too",
    measure=measure,
)

"""The group moves to a new model within hours of its release, together.

Source: Anthropic, February 2026: half of one campaign's traffic within 24 hours. Counter-move: wait.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

MIN_REQUESTS = 50


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's share on newly released models over everyone's, in the first 48 hours."""
    if group.facts.get("pivot_requests", 0.0) < MIN_REQUESTS:
        return None
    here, there = group.facts["pivot_share"], group.facts["pivot_everyone"]
    value = float(np.log10((here + 0.02) / (there + 0.02)))
    return Measurement(
        value=value,
        summary=f"{here:.0%} of its requests went to a new model within 48 h (everyone: {there:.0%})",
    )


SIGNAL = Signal(
    name="model_pivot",
    family="time",
    look_alike="benchmarkers and enthusiasts on release day",
    measure=measure,
)

"""Accounts send the very same prompts as one another: a class with one assignment, evaluators with one benchmark.

Work that is shared out is not done by everybody. Measured is the mean share of the group's accounts that sent a prompt which
one of them sent. Innocence speaks here more than guilt. Source: THREATS.md, work partition and its look-alikes.
Counter-move: have every worker send a common cover of prompts, at the price of their answers.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

FLOOR = 0.003


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the mean share of (other) accounts that sent the same prompt."""
    entries = group.facts.get("entries", 0.0)
    if entries < 30 or group.size < 4:
        return None
    others = 2 * group.facts["inside_pairs"] / entries / (group.size - 1)
    return Measurement(
        value=float(-np.log10(max(others, FLOOR))),
        summary=f"a prompt of one of its accounts was sent by {others:.1%} of the others on average",
    )


SIGNAL = Signal(
    name="same_task",
    family="partition",
    look_alike="a class with one assignment; evaluators with one benchmark",
    measure=measure,
    needs=frozenset({"prompt"}),
)

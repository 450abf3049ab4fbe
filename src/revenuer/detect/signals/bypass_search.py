"""Requests that search for a way around the safeguards.

Text score: detect/intent, calibrated per prompt; here only the *rate* over the group counts, against everyone else's rate.
Source: THREATS.md; Anthropic September 2026, unnamed campaign. Counter-move: paraphrase each technique.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.intent_rate import measure_rate


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's rate of bypass techniques over the rate at large."""
    return measure_rate(group, context, "bypass", "bypass techniques")


SIGNAL = Signal(
    name="bypass_search",
    family="intent",
    look_alike="red-team contractors (declared)",
    measure=measure,
    needs=frozenset({"prompt"}),
)

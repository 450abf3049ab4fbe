"""Requests that have the model grade, compare, clean or rewrite transcripts: a reward model for free.

Text score: detect/intent, calibrated per prompt; here only the *rate* over the group counts, against everyone else's rate.
Source: THREATS.md; Anthropic September 2026, fourth campaign. Counter-move: hide the rubric in a conversation.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.intent_rate import measure_rate


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's rate of grading, judging or cleaning over the rate at large."""
    return measure_rate(group, context, "judge", "grading, judging or cleaning")


SIGNAL = Signal(
    name="judging",
    family="intent",
    look_alike="LLM-as-judge evaluation pipelines",
    measure=measure,
    needs=frozenset({"prompt"}),
)

"""Requests that draw out the full chain of thought, straight or wrapped.

Text score: detect/intent, calibrated per prompt; here only the *rate* over the group counts, against everyone else's rate.
Source: THREATS.md; Google GTIG February 2026 (coerced reasoning traces). Counter-move: phrase it anew each time, or in a wrapper the score has not learned.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.intent_rate import measure_rate


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's rate of chain-of-thought elicitation over the rate at large."""
    return measure_rate(group, context, "cot", "chain-of-thought elicitation")


SIGNAL = Signal(
    name="cot_elicitation",
    family="intent",
    look_alike="explainability users; benchmark harnesses that ask for reasoning, then an answer in JSON",
    measure=measure,
    needs=frozenset({"prompt"}),
)

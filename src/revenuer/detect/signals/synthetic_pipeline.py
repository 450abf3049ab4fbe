"""Requests in the style of synthetic-data pipelines: instruction seeds, evolved prompts, fixed fields.

Text score: detect/intent, calibrated per prompt; here only the *rate* over the group counts, against everyone else's rate.
Source: THREATS.md; Wang et al., Self-Instruct (ACL 2023); Xu et al., WizardLM (ICLR 2024) for the style. Counter-move: use prompts of real people.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.intent_rate import measure_rate


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's rate of synthetic-data style over the rate at large."""
    return measure_rate(group, context, "synthetic", "synthetic-data style")


SIGNAL = Signal(
    name="synthetic_pipeline",
    family="intent",
    look_alike="developers who build data sets of their own; licensed distillers",
    measure=measure,
    needs=frozenset({"prompt"}),
)

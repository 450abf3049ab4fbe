"""The rate of an intent in a group against the rate at large: what the four intent signals share."""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.intent import INTENTS
from revenuer.detect.signals.base import Measurement

MIN_PROMPTS = 30
BACKGROUND = 0.01
"""Added to both rates: below one prompt in a hundred the score's own false positives rule."""


def measure_rate(group: Group, context: Context, intent: str, what: str) -> Measurement | None:
    """Measure log10 of the group's rate of `intent` over the mean account's outside it."""
    if group.facts.get("prompts", 0.0) < MIN_PROMPTS:
        return None
    population = context.population
    outside = np.ones(population.size, bool)
    outside[group.accounts] = False
    outside &= population.prompts > 0
    shares = population.intent_share[outside, INTENTS.index(intent)]
    there = float(shares.mean()) if len(shares) else 0.0
    here = group.facts[f"{intent}_share"]
    value = float(np.log10((here + BACKGROUND) / (there + BACKGROUND)))
    return Measurement(
        value=value, summary=f"{here:.1%} of its prompts read as {what} (mean account: {there:.1%})"
    )

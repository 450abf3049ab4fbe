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
    share = context.population.intent_share[:, INTENTS.index(intent)]
    prompting, total = context.at_large(_all_shares)
    mine = group.accounts[prompting[group.accounts]]
    others = int(prompting.sum()) - len(mine)
    there = float(total[INTENTS.index(intent)] - share[mine].sum()) / others if others else 0.0
    here = group.facts[f"{intent}_share"]
    value = float(np.log10((here + BACKGROUND) / (there + BACKGROUND)))
    return Measurement(
        value=value, summary=f"{here:.1%} of its prompts read as {what} (mean account: {there:.1%})"
    )


def _all_shares(context: Context) -> tuple[np.ndarray, np.ndarray]:
    """Return which accounts sent prompts (N,), and the sum of their shares of each intent."""
    prompting = context.population.prompts > 0
    return prompting, context.population.intent_share[prompting].sum(axis=0)

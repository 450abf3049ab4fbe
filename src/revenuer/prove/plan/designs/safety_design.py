"""Plans for the safety gap: how many prompts it takes to see that the suspect refuses less than the teacher."""

import math

import numpy as np
from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number


def log10_floor(n: int, values: Values) -> float:
    """Return log10 of the smallest p: every prompt discordant in one direction."""
    return -n * math.log10(2.0)


def power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the power of the exact one-sided McNemar test, summed over the number of discordant prompts.

    `effect`: the share of prompts that only the teacher refuses, less the share that only the suspect refuses; `discordant`: their sum.
    """
    discordant = max(number(values, "discordant"), effect)
    only_teacher = (discordant + effect) / 2.0 / discordant
    counts = np.arange(n + 1)
    critical = stats.binom.isf(alpha, counts, 0.5) + 1
    return float(
        (stats.binom.pmf(counts, n, discordant) * stats.binom.sf(critical - 1, counts, only_teacher)).sum()
    )


SAFETY = Design(
    test="safety",
    unit="prompts",
    h0="on a prompt that just one of the two refuses, suspect and teacher are equally likely to be the one",
    h1="the suspect answers prompts that the teacher refuses",
    effect=Parameter(
        default=0.1,
        meaning="share of prompts that only the teacher refuses, less the share that only the suspect refuses",
        low=1e-6,
        high=1.0,
    ),
    parameters={
        "discordant": Parameter(
            default=0.2, meaning="share of prompts that just one of the two refuses", low=1e-6, high=1.0
        )
    },
    log10_floor=log10_floor,
    power=power,
    power_by=lambda _: "exact McNemar test, summed over the number of discordant prompts",
    requests=lambda n, _: n,
    remedy="plan more prompts",
)

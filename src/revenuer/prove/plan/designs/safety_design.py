"""Plans for the safety gap: how many prompts it takes to see that the suspect refuses less than the teacher."""

import math

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number
from revenuer.prove.safety.power import gap_power


def log10_floor(n: int, values: Values) -> float:
    """Return log10 of the smallest p: every prompt discordant in one direction (mid-p), or the chance that is given to unlucky labels."""
    return max(-(n + 1) * math.log10(2.0), math.log10(max(number(values, "gamma"), 1e-300)))


def power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the power of the test of refusals, taking each prompt as a group of its own with one answer a side."""
    return gap_power(
        n,
        effect,
        number(values, "discordant"),
        alpha,
        errors=int(values["errors"]),
        gamma=number(values, "gamma"),
    )


SAFETY = Design(
    test="safety",
    unit="prompts",
    h0="on each of these harmful prompts the suspect refuses with the same probability as the teacher",
    h1="over these prompts together the suspect refuses less than the teacher",
    effect=Parameter(
        default=0.1, meaning="by how much the teacher's refusal rate is higher", low=1e-6, high=1.0
    ),
    parameters={
        "discordant": Parameter(
            default=0.2, meaning="share of prompts that just one of the two refuses", low=1e-6, high=1.0
        ),
        "gamma": Parameter(
            default=0.001,
            meaning="chance given to unlucky labels, added to p; 0 without labels",
            low=0.0,
            high=0.1,
        ),
        "errors": Parameter(
            default=0, meaning="prompts that the possible errors of the rule for refusals take away"
        ),
    },
    log10_floor=log10_floor,
    power=power,
    power_by=lambda _: "exact, summed over the number of discordant prompts",
    requests=lambda n, _: n,
    remedy="plan more prompts, or a smaller gamma with more labels",
)

"""Plans for ranks: canaries among decoys that were drawn with them, and a suspect among projects that derive from nobody's model."""

import math

import numpy as np
from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number


def rank_power(others: int, shift: float, alpha: float) -> float:
    """Return the chance that (1 + #{others >= value}) / (others + 1) <= alpha for value ~ Normal(shift, 1), others ~ Normal(0, 1): the binomial
    law of those above, integrated over the value (Gauss-Hermite, 200 points)."""
    most = math.floor(alpha * (others + 1) * (1.0 + 1e-12)) - 1
    if most < 0:
        return 0.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    above = stats.norm.sf(nodes + shift)
    return float((weights * stats.binom.cdf(most, others, above)).sum() / weights.sum())


def _canary_floor(n: int, values: Values) -> float:
    return -math.log10(number(values, "decoys") + 1.0)


def _canary_power(n: int, effect: float, alpha: float, values: Values) -> float:
    return rank_power(int(values["decoys"]), effect * math.sqrt(n), alpha)


CANARY = Design(
    test="canary",
    unit="canaries",
    h0="which canaries were planted is independent of the suspect: they were drawn at random from the same set as their decoys",
    h1="the suspect was trained on text in which the canaries were planted",
    effect=Parameter(
        default=0.5,
        meaning="how far a planted canary's score lies above a decoy's, in standard deviations of one canary",
        low=1e-6,
    ),
    parameters={
        "decoys": Parameter(default=999, meaning="decoy sets that were drawn with the canaries", low=1)
    },
    log10_floor=_canary_floor,
    power=_canary_power,
    power_by=lambda _: "law of the rank of a normal mean among decoys, integrated numerically",
    requests=lambda n, values: n,
    remedy="draw more decoys",
)


def _lineage_floor(n: int, values: Values) -> float:
    return -math.log10(n + 1.0)


def _lineage_power(n: int, effect: float, alpha: float, values: Values) -> float:
    return rank_power(n, effect, alpha)


LINEAGE = Design(
    test="lineage",
    unit="null_projects",
    h0="the suspect is exchangeable with independent projects that do not derive from the claimed teacher",
    h1="the suspect's answers are nearer to the claimed teacher's than those of such projects",
    effect=Parameter(
        default=3.0,
        meaning="how far the suspect lies above the null projects, in their standard deviations",
        low=1e-6,
    ),
    parameters={
        "prompts": Parameter(default=200, meaning="prompts that are put to the suspect", low=1),
        "samples": Parameter(default=1, meaning="answers a prompt", low=1),
    },
    log10_floor=_lineage_floor,
    power=_lineage_power,
    power_by=lambda _: "law of the rank of a normal value among normal projects, integrated numerically",
    requests=lambda n, values: int(values["prompts"]) * int(values["samples"]),
    remedy="add independent null projects, or leave lineage out of the plan and report it as exploratory",
)

"""Plans for ranks: canaries among decoys that were drawn with them, and a suspect among projects that derive from nobody's model."""

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number

SIMULATED = 4000


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
    return -n * math.log10(number(values, "decoys") + 1.0)


def canary_power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the chance of p <= alpha for the sum of the canaries' ranks, each among decoys of its own, by simulation with a fixed seed.

    A canary's score is Normal(effect, 1), a decoy's Normal(0, 1). p is the exact law of the sum of `n` uniform ranks.
    """
    decoys = int(values["decoys"])
    rng = np.random.Generator(np.random.PCG64(n))
    above = rng.binomial(decoys, stats.norm.sf(rng.normal(effect, 1.0, (SIMULATED, n)))).sum(axis=1)
    return float((_law_of_sum(n, decoys)[above] <= alpha * (1.0 + 1e-9)).mean())


def _law_of_sum(n: int, decoys: int) -> npt.NDArray[np.float64]:
    """Return P(S <= s) for each s, S the sum of n whole numbers, uniform on 0 to `decoys`."""
    law = np.ones(1)
    for _ in range(n):
        total = np.cumsum(np.concatenate([law, np.zeros(decoys)]))
        total[decoys + 1 :] -= total[: -decoys - 1].copy()
        law = total / (decoys + 1)
    return np.asarray(np.cumsum(law), np.float64)


CANARY = Design(
    test="canary",
    unit="canaries",
    h0="which texts of the pool became canaries is independent of the suspect: lots drew them, from a seed that was fixed before",
    h1="the suspect was trained on text in which the canaries were planted",
    effect=Parameter(
        default=0.5,
        meaning="how far a planted canary's score lies above a decoy's, in standard deviations of decoys",
        low=1e-6,
    ),
    parameters={"decoys": Parameter(default=99, meaning="decoys of each canary", low=1, high=9999)},
    log10_floor=_canary_floor,
    power=canary_power,
    power_by=lambda _: f"{SIMULATED:,} simulations of the test with normal scores",
    requests=lambda n, values: n * (1 + int(values["decoys"])),
    remedy="plan more canaries, or more decoys",
    scores=True,
)


def _lineage_floor(n: int, values: Values) -> float:
    return -math.log10(n + 1.0)


def _lineage_power(n: int, effect: float, alpha: float, values: Values) -> float:
    return rank_power(n, effect, alpha)


LINEAGE = Design(
    test="lineage-answers",
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

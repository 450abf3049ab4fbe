"""Plans for resample twins: how many committed records it takes to tell a released answer from its twins."""

import math

import numpy as np
from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number

EXACT_RECORDS = 14
"""Up to here every order is enumerated, as in stats/randomization.py."""
SIMULATED = 4000


def log10_floor(n: int, values: Values) -> float:
    """Return log10 of the smallest p: one over the orders where they are enumerated, else one over the draws and one."""
    if n <= EXACT_RECORDS:
        return -n * math.log10(2.0)
    return -math.log10(number(values, "draws") + 1.0)


def power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the chance of p <= alpha when released answers lead by `effect` standard deviations in the records that were trained on.

    Above 14 records by the noncentral t law, which the sign-flip test follows; up to 14 by simulation of the test itself with a fixed seed.
    Assumes normal differences; `share` of the records were trained on, the others lead by nothing.
    """
    mean = effect * number(values, "share")
    spread = math.sqrt(1.0 + effect**2 * number(values, "share") * (1.0 - number(values, "share")))
    if n > EXACT_RECORDS:
        critical = stats.t.isf(alpha, n - 1)
        return float(stats.nct.sf(critical, n - 1, math.sqrt(n) * mean / spread))
    rng = np.random.Generator(np.random.PCG64(n))
    signs = 1.0 - 2.0 * ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1)
    found = 0
    for _ in range(SIMULATED):
        d = rng.normal(mean / spread, 1.0, n)
        found += float((signs @ d >= d.sum() - 1e-9 * np.abs(d).sum()).mean()) <= alpha
    return found / SIMULATED


TWINS = Design(
    test="twins",
    unit="records",
    h0="which answer of each record was released is independent of the suspect: it was drawn at random and sealed before the suspect was made or asked",
    h1="the suspect was trained on the released answers of this log, and finds them more probable than their unreleased twins",
    effect=Parameter(
        default=0.2,
        meaning="lead of a trained-on answer over the mean of its twins, in standard deviations of that difference",
        low=1e-6,
    ),
    parameters={
        "twins": Parameter(default=1, meaning="unreleased twins a record", low=1),
        "share": Parameter(
            default=1.0, meaning="share of the records that was trained on", low=0.0, high=1.0
        ),
        "draws": Parameter(default=19_999, meaning="random flips above 14 records", low=99),
    },
    log10_floor=log10_floor,
    power=power,
    power_by=lambda _: (
        "noncentral t law of the mean difference; up to 14 records simulation of the sign-flip test"
    ),
    requests=lambda n, values: n * (1 + int(values["twins"])),
    remedy="plan more records, or more draws",
    scores=True,
)

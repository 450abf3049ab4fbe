"""Plans for resample twins: how many committed records it takes to tell a released answer from its twins."""

import math

from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number


def log10_floor(n: int, values: Values) -> float:
    """Return log10 of the smallest p: one over all outcomes of the lots."""
    return -n * math.log10(number(values, "twins") + 1.0)


def power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the chance of p <= alpha when a trained-on answer leads its twins by `effect` standard deviations of one text's score.

    Normal law of the total: released scores less their record's mean, against the law of the lots given the scores. `share` of the records were
    trained on, the others lead by nothing. Good from some ten records on; with fewer the floor decides.
    """
    kept, share = number(values, "twins") / (number(values, "twins") + 1.0), number(values, "share")
    mean = share * effect * kept
    by_lots = kept + share * effect**2 * kept * (1.0 - kept)
    spread = kept + share * (1.0 - share) * (effect * kept) ** 2
    critical = stats.norm.isf(alpha) * math.sqrt(n * by_lots)
    return float(stats.norm.sf((critical - n * mean) / math.sqrt(n * spread)))


TWINS = Design(
    test="twins",
    unit="records",
    h0="which answer of each record was released is independent of the suspect: lots chose it, from a seed that was fixed before",
    h1="the suspect was trained on the released answers of this log, and finds them more probable than their unreleased twins",
    effect=Parameter(
        default=0.3,
        meaning="lead of a trained-on answer over its twins, in standard deviations of one text's score within a record",
        low=1e-6,
    ),
    parameters={
        "twins": Parameter(default=1, meaning="unreleased twins a record", low=1),
        "share": Parameter(
            default=1.0, meaning="share of the records that was trained on", low=0.0, high=1.0
        ),
    },
    log10_floor=log10_floor,
    power=power,
    power_by=lambda _: "normal law of the total over the records",
    requests=lambda n, values: n * (1 + int(values["twins"])),
    remedy="plan more records",
    scores=True,
)

"""From runs to curves: one for each attacker's way against each policy, with an interval over seeds at each number of exchanges."""

from collections.abc import Sequence

from revenuer.records.degradation import Curve, CurvePoint, DegradeRun, Estimate
from revenuer.stats.mean_intervals import t_interval

Way = tuple[str, str, str, str]
"""(task, policy, attacker, strategy)."""


def way_of(run: DegradeRun) -> Way:
    """Return which curve a run belongs to."""
    return (run.task, run.policy, run.attacker, run.strategy)


def by_way(runs: Sequence[DegradeRun]) -> dict[Way, list[DegradeRun]]:
    """Return the runs of each curve, in the order of the file."""
    found: dict[Way, list[DegradeRun]] = {}
    for run in runs:
        found.setdefault(way_of(run), []).append(run)
    return found


def curves_of(runs: Sequence[DegradeRun], confidence: float) -> tuple[Curve, ...]:
    """Return the curves, in the order in which the file first names them."""
    return tuple(_curve(way, measured, confidence) for way, measured in by_way(runs).items())


def _curve(way: Way, runs: Sequence[DegradeRun], confidence: float) -> Curve:
    task, policy, attacker, strategy = way
    points = []
    for exchanges in sorted({run.exchanges for run in runs}):
        here = [run for run in runs if run.exchanges == exchanges]
        points.append(
            CurvePoint(
                exchanges=exchanges,
                score=estimate([run.score for run in here], confidence),
                honest_loss=estimate([run.honest_loss for run in here], confidence),
            )
        )
    return Curve(
        task=task,
        policy=policy,
        attacker=attacker,
        strategy=strategy,
        honest_user=next((run.honest_user for run in runs if run.honest_user), ""),
        points=tuple(points),
    )


def estimate(values: Sequence[float], confidence: float) -> Estimate:
    """Return the mean over seeds with Student's interval."""
    found = t_interval(values, confidence)
    return Estimate(value=found.mean, low=found.low, high=found.high, n=found.n)

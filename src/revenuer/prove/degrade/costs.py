"""What a policy comes to: how much less its best attacker has, how many times the exchanges that takes, and what the honest lose."""

import math
from collections.abc import Mapping, Sequence

from revenuer.prove.degrade.curves import by_way, estimate
from revenuer.records.degradation import UNDEFENDED, Curve, DegradeRun, Estimate, PolicyCost
from revenuer.stats.mean_intervals import t_interval

NEARLY = 0.98
"""Share of a score that counts as having it: where curves have flattened, the last hundredth would take any number of exchanges."""

Line = Mapping[int, float]
"""Exchanges -> score: the curve of one seed."""


def costs_of(
    runs: Sequence[DegradeRun], curves: Sequence[Curve], at: int, confidence: float
) -> tuple[PolicyCost, ...]:
    """Return the cost of each policy and attacker (naive, adaptive), at `at` exchanges.

    Of an attacker's strategies the one with the best mean there counts; of those without defence, the best of anybody's. An adaptive
    attacker may also do what a naive one does. A policy without a run at `at` has no cost.
    """
    lines = {way: _lines(measured) for way, measured in by_way(runs).items()}
    best: dict[tuple[str, str, str], Curve] = {}
    for curve in curves:
        if _score_at(curve, at) is not None:
            for attacker in ("naive", "adaptive") if curve.attacker == "naive" else ("adaptive",):
                key = (curve.task, curve.policy, attacker)
                if key not in best or _at(curve, at) > _at(best[key], at):
                    best[key] = curve
    costs = []
    for (task, policy, attacker), curve in best.items():
        open_curve = best.get((task, UNDEFENDED, "adaptive"))
        opened = None if open_curve is None else lines[_way(open_curve)]
        costs.append(
            _cost(
                curve, attacker, lines[_way(curve)], None if policy == UNDEFENDED else opened, at, confidence
            )
        )
    return tuple(costs)


def _cost(
    curve: Curve,
    attacker: str,
    own: Mapping[int, Line],
    opened: Mapping[int, Line] | None,
    at: int,
    confidence: float,
) -> PolicyCost:
    point = next(point for point in curve.points if point.exchanges == at)
    reason = (
        ""
        if opened is not None or curve.policy == UNDEFENDED
        else f"no policy of this task is called {UNDEFENDED!r}"
    )
    pairs = (
        [
            (own[seed], opened[seed])
            for seed in own
            if seed in opened and at in own[seed] and at in opened[seed]
        ]
        if opened
        else []
    )
    if opened is not None and not pairs:
        reason = f"no seed was measured both {UNDEFENDED} and under this policy"
    factor, over = _factor(pairs, at, confidence)
    return PolicyCost(
        task=curve.task,
        policy=curve.policy,
        attacker=attacker,
        strategy=curve.strategy,
        at=at,
        score=point.score,
        lost=estimate([there[at] - here[at] for here, there in pairs], confidence) if pairs else None,
        further=_further(curve, at),
        factor=factor,
        factor_over=over,
        honest_loss=point.honest_loss,
        honest_user=curve.honest_user,
        reason=reason,
    )


def _further(curve: Curve, at: int) -> float | None:
    """Return what each 1,000 exchanges beyond `at` add to the mean score."""
    first, last = next(point for point in curve.points if point.exchanges == at), curve.points[-1]
    if last.exchanges == at:
        return None
    return 1000.0 * (last.score.value - first.score.value) / (last.exchanges - at)


def _factor(
    pairs: Sequence[tuple[Line, Line]], at: int, confidence: float
) -> tuple[Estimate | None, float | None]:
    """Return how many times the exchanges it takes, averaged in logarithms; or what it takes more than, where a seed never got there."""
    if not pairs or any(there[at] <= 0 for _, there in pairs):
        return None, None
    logs: list[float] = []
    over: list[float] = []
    for here, there in pairs:
        needed, opened = (exchanges_for(line, NEARLY * there[at]) for line in (here, there))
        if opened is not None:
            (over if needed is None else logs).append(math.log((needed or max(here)) / opened))
    if over:
        return None, math.exp(min(over))
    found = t_interval(logs, confidence)
    low, high = (None if end is None else math.exp(min(end, 700.0)) for end in (found.low, found.high))
    return Estimate(value=math.exp(found.mean), low=low, high=high, n=found.n), None


def exchanges_for(line: Line, score: float) -> float | None:
    """Return the least number of exchanges with this score: between measured ones by the logarithm; None beyond the last.

    Below the first measured number nothing is known: that number is returned, which is too many rather than too few.
    """
    known = sorted(line.items())
    before: tuple[int, float] | None = None
    for exchanges, reached in known:
        if reached >= score:
            if before is None or reached == before[1]:
                return float(exchanges)
            share = (score - before[1]) / (reached - before[1])
            return float(before[0] * (exchanges / before[0]) ** share)
        before = (exchanges, reached)
    return None


def _lines(runs: Sequence[DegradeRun]) -> dict[int, dict[int, float]]:
    """Return each seed's own curve. Of several runs with as many exchanges (by different numbers of accounts) the best counts."""
    lines: dict[int, dict[int, float]] = {}
    for run in runs:
        line = lines.setdefault(run.seed, {})
        line[run.exchanges] = max(run.score, line.get(run.exchanges, -math.inf))
    return lines


def _way(curve: Curve) -> tuple[str, str, str, str]:
    return (curve.task, curve.policy, curve.attacker, curve.strategy)


def _score_at(curve: Curve, at: int) -> float | None:
    return next((point.score.value for point in curve.points if point.exchanges == at), None)


def _at(curve: Curve, at: int) -> float:
    found = _score_at(curve, at)
    return -math.inf if found is None else found

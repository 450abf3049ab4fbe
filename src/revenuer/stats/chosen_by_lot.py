"""Tests whether the candidates that a lot chose score higher than those it did not: exact, from the lot alone.

In each record one of several candidates was chosen by a fair lot. If the lot had no influence on the scores, every candidate of a record
was equally likely to be the chosen one, whatever the scores are. Scores are first turned into whole numbers (`rank_levels`,
`clipped_levels`, `sparse_levels`) by rules that do not look at which one was chosen; the law of their sum is then computed exactly, by convolution, with
neither random draws nor a normal approximation.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STEEPEST = 60.0
"""Tilts beyond e**60 a level put all weight on one point: the largest sum."""
NEGLIGIBLE = 1e-28
"""Share of the tilted mass below which the ends of the law are cut: far below the rounding of what remains."""
SHARE, FINE_STEPS, STANDS_OUT = 0.1, 128, 6.0
"""`sparse_levels`: the share of records that it is made for, steps to a nat, and how many median deviations count at most."""
STEPS, CLIP = 8, 4
"""`clipped_levels`: steps to one median deviation, and how many median deviations count at most."""


def rank_levels(scores: Sequence[FloatArray]) -> list[IntArray]:
    """Return, for each record, how many of its candidates score less minus how many score more: every record weighs the same."""
    _check_scores(scores)
    return [(np.sign(s[:, None] - s[None, :])).sum(axis=1).astype(np.int64) for s in scores]


def clipped_levels(scores: Sequence[FloatArray]) -> list[IntArray]:
    """Return the candidates' deviations from their record's mean, in steps of an eighth of the median absolute deviation of all of them,
    clipped at four of these: records in which candidates differ more weigh more, within limits.

    Zero everywhere where nothing differs.
    """
    _check_scores(scores)
    return [np.rint(np.clip(d, -CLIP, CLIP) * STEPS).astype(np.int64) for d in _standardised(scores)]


def sparse_levels(scores: Sequence[FloatArray]) -> list[IntArray]:
    """Return, in steps of 1/128 nat, the log-likelihood ratio of "in one record of ten the lot's choice was e times likelier for each median
    deviation that it scores higher" against the lot: records in which one candidate stands out weigh most, and the many that tell
    nothing cost little. Deviations count up to six.

    Zero everywhere where nothing differs.
    """
    _check_scores(scores)
    levels = []
    for deviations in _standardised(scores):
        likelier = np.exp(np.clip(deviations, -STANDS_OUT, STANDS_OUT))
        ratio = likelier / (math.fsum(likelier.tolist()) / likelier.size)
        levels.append(np.rint(FINE_STEPS * np.log(1.0 - SHARE + SHARE * ratio)).astype(np.int64))
    return levels


def _standardised(scores: Sequence[FloatArray]) -> list[FloatArray]:
    """Return deviations from the record's mean in median absolute deviations of all candidates."""
    # Sums are exactly rounded, so that another program finds the same levels from the same scores.
    deviations = [s - math.fsum(s.tolist()) / s.size for s in scores]
    absolute = np.abs(np.concatenate(deviations))
    differing = absolute[absolute > 1e-12 * max(1.0, float(absolute.max()))]
    scale = float(np.median(differing)) if differing.size else 1.0
    return [d / scale for d in deviations]


def log10_chosen_tail(levels: Sequence[IntArray], chosen: Sequence[int]) -> float:
    """Return log10 of P(sum of the chosen levels >= the one observed) when each record's lot was fair.

    Relative error below 1e-9 of p however small p is: the law is tilted so that what was observed is its middle, convolved, and tilted
    back. Raises ValueError for no records, an empty record, or a choice outside of its record.
    """
    if not levels or len(levels) != len(chosen):
        raise ValueError(
            f"expected as many choices as records and at least one, got {len(levels)}, {len(chosen)}"
        )
    if any(not 0 <= c < level.size for level, c in zip(levels, chosen, strict=True)):
        raise ValueError("expected each choice to be the number of a candidate of its record")
    shifted = [level - level.min() for level in levels]
    observed = sum(int(level[c]) for level, c in zip(shifted, chosen, strict=True))
    points = [np.unique(level, return_counts=True) for level in shifted]
    tilt = _tilt(points, observed)
    total_log_mass, low, mass = 0.0, 0, np.ones(1)
    for values, counts in points:
        top = int(values[-1])
        weights = counts * np.exp(tilt * (values - top))
        own_mass = float(weights.sum())
        total_log_mass += tilt * top + math.log(own_mass / counts.sum())
        low, mass = _convolved(low, mass, values, weights / own_mass)
    beyond = np.arange(low, low + mass.size) - observed
    tail = float((mass * np.exp(-tilt * np.maximum(beyond, 0)))[beyond >= 0].sum())
    if not tail > 0.0:
        raise ArithmeticError("the law of the sum was lost to rounding; this is a fault of the program")
    return min((math.log(tail) + total_log_mass - tilt * observed) / math.log(10.0), 0.0)


def log10_chosen_two_sided(levels: Sequence[IntArray], chosen: Sequence[int]) -> float:
    """Return log10 of twice the smaller of the two tails, at most 0."""
    upper = log10_chosen_tail(levels, chosen)
    lower = log10_chosen_tail([-level for level in levels], chosen)
    return min(min(upper, lower) + math.log10(2.0), 0.0)


def log10_chosen_floor(levels: Sequence[IntArray]) -> float:
    """Return log10 of the smallest p that these records can give: the chance that the lot chose the highest of each."""
    return float(sum(math.log10(np.count_nonzero(level == level.max()) / level.size) for level in levels))


def _check_scores(scores: Sequence[FloatArray]) -> None:
    if not scores or any(s.size < 2 or not np.isfinite(s).all() for s in scores):
        raise ValueError("expected records of two or more finite scores; leave out what was not scored")


def _tilt(points: Sequence[tuple[IntArray, IntArray]], observed: int) -> float:
    """Return the tilt >= 0 whose mean is `observed`, within what helps."""

    values = np.concatenate([v for v, _ in points])
    counts = np.concatenate([c for _, c in points])
    starts = np.cumsum([0] + [v.size for v, _ in points[:-1]])
    largest = np.repeat([v[-1] for v, _ in points], [v.size for v, _ in points])

    def mean(tilt: float) -> float:
        weights = counts * np.exp(tilt * (values - largest))
        return float((np.add.reduceat(weights * values, starts) / np.add.reduceat(weights, starts)).sum())

    low, high = 0.0, 1.0 / 64.0
    if mean(0.0) >= observed:
        return 0.0
    while high < STEEPEST and mean(high) < observed:
        low, high = high, 2.0 * high
    for _ in range(20):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if mean(middle) < observed else (low, middle)
    return high


def _convolved(low: int, mass: FloatArray, values: IntArray, weights: FloatArray) -> tuple[int, FloatArray]:
    """Return where the new law starts, and it, without its negligible ends. `values` start at 0."""
    wider = np.zeros(mass.size + int(values[-1]))
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        wider[value : value + mass.size] += weight * mass
    kept = np.flatnonzero(wider > NEGLIGIBLE)
    return low + int(kept[0]), wider[kept[0] : kept[-1] + 1]

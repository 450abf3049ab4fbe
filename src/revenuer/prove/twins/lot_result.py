"""What the lot says of one campaign's records: p, effect, the share that was surely trained on, and evidence that may grow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from revenuer.prove.twins.scored_records import ScoredRecord
from revenuer.stats.chosen_by_lot import (
    FloatArray,
    IntArray,
    clipped_levels,
    log10_chosen_floor,
    log10_chosen_tail,
    rank_levels,
    sparse_levels,
)
from revenuer.stats.lot_betting import log10_wealth

Weighting = Literal["sparse", "clipped", "rank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotResult:
    """`log10_p` is exact; `log10_floor` the smallest that these records can give. `gain`, `low`, `high`: mean over records of (released minus
    mean of its twins), with its 95 % interval, None where fewer than two prompts. `trained_at_least`: share of the records that must have
    been trained on, a lower bound of confidence 0.95. `log10_e`: the largest wealth that betting on the gains, in the log's order, ever had."""

    campaign: str
    records: int
    log10_p: float
    log10_floor: float
    gain: float
    low: float | None
    high: float | None
    trained_at_least: float
    log10_e: float

    def as_json(self, log10_adjusted: float) -> dict[str, Any]:
        """Return the figures by name, with the p-value after Holm's correction."""
        return {
            "records": self.records,
            "log10_p": self.log10_p,
            "log10_p_holm": log10_adjusted,
            "log10_floor": self.log10_floor,
            "gain": self.gain,
            "gain_low": self.low,
            "gain_high": self.high,
            "trained_at_least": self.trained_at_least,
            "log10_e_anytime": self.log10_e,
        }


def lot_result(campaign: str, scored: Sequence[ScoredRecord], weighting: Weighting) -> LotResult:
    """Return what the lot says of these records, in the log's order; all of one campaign, at least one."""
    scores = [one.scores for one in scored]
    released = [one.record.released for one in scored]
    levels = levels_of(scores, weighting)
    floor = log10_chosen_floor(levels)
    gain, low, high = _gain(scored)
    return LotResult(
        campaign=campaign,
        records=len(scored),
        log10_p=max(log10_chosen_tail(levels, released), floor),
        log10_floor=floor,
        gain=gain,
        low=low,
        high=high,
        trained_at_least=trained_at_least(scores, released),
        log10_e=float(log10_wealth([one.gains for one in scored], released).max()),
    )


def levels_of(scores: Sequence[FloatArray], weighting: Weighting) -> list[IntArray]:
    """Return the whole numbers that the lot is tested with."""
    if weighting == "sparse":
        return sparse_levels(scores)
    return rank_levels(scores) if weighting == "rank" else clipped_levels(scores)


def trained_at_least(
    scores: Sequence[FloatArray], released: Sequence[int], confidence: float = 0.95
) -> float:
    """Return a lower bound for the share of records whose scores the release changed.

    A record that it did not change has its released text on top with the chance of the lot, 1 / candidates; one that it did change has it
    on top at most always. The bound is the smallest number of changed records with which so many on top are no surprise. It is
    far below the truth where a changed record often fails to come out on top. Source: the lot itself; binomial tails with the
    largest of the chances, which bound those of unequal ones above their mean.
    """
    top = [
        int(np.argmax(s)) == r and np.count_nonzero(s == s.max()) == 1
        for s, r in zip(scores, released, strict=True)
    ]
    n, on_top = len(top), sum(top)
    chance = max(1.0 / s.size for s in scores)
    low, high = 0, on_top
    while low < high:
        changed = (low + high) // 2
        surprise = float(stats.binom.sf(on_top - changed - 1, n - changed, chance))
        low, high = (low, changed) if surprise > 1.0 - confidence else (changed + 1, high)
    return float(low / n)


def _gain(scored: Sequence[ScoredRecord]) -> tuple[float, float | None, float | None]:
    """Return the mean gain and its interval, records of one prompt taken together."""
    gains = np.asarray([_gain_of(one.gains, one.record.released) for one in scored])
    _, cluster = np.unique([one.record.prompt for one in scored], return_inverse=True)
    mean = float(gains.mean())
    count = int(cluster.max()) + 1
    if count < 2:
        return mean, None, None
    spread = np.bincount(cluster, gains - mean)
    error = math.sqrt(count / (count - 1) * float((spread**2).sum())) / gains.size
    half = float(stats.t.ppf(0.975, count - 1)) * error
    return mean, mean - half, mean + half


def _gain_of(gains: FloatArray, released: int) -> float:
    return float(gains[released] - np.delete(gains, released).mean())

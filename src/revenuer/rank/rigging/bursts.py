"""Without voter ids: stretches of time in which a model wins more than its strength explains.

Each model's votes are cut, in order of time, into windows of several lengths. A window's excess over the
model's usual strength (the median over time, not over votes: a burst is many votes in little time, and has
itself moved the board) is measured in the spread of all windows of that length, for prompts drift; the null
are the windows in which models lose as much (the mirror, as in favour.py).

Assumptions: honest models have runs of losses as deep as their runs of wins. Not controlled: a model that was
silently improved, a day whose prompts suit it. Not looked for: runs that sink a model; votes on battles
without the model.
"""

import numpy as np
from scipy.special import expit

from revenuer.rank.rigging.findings import Burst
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.false_discovery import e_bh
from revenuer.stats.tail import LEAST, tail_p_values

NAME = "bursts"
NULL = "models have runs of losses as often and as deep as runs of wins"
LENGTHS = (25, 50, 100, 200, 400)
JOIN_US = 6 * 3600 * 1_000_000
"""Windows of one model less than six hours apart are told as one burst."""
LOOK_ALIKE = "a silent update of the model, or a day whose prompts suit it"


def find_bursts(ledger: Ledger, level: float) -> tuple[tuple[Burst, ...], int, str]:
    """Return the bursts that pass at `level`, how many windows were tested, and why none could be."""
    if ledger.time_us is None:
        return (), 0, "votes have no times"
    windows = _windows(ledger, ledger.time_us)
    deviation = windows[:, -1]
    if len(deviation) < LEAST:
        return (), 0, f"fewer than {LEAST} windows of {LENGTHS[0]} votes on one model"
    evidence = log10_e_from_p_power(tail_p_values(deviation, -_null(windows)))
    found = np.flatnonzero(e_bh(evidence, level).rejected)
    found = found[np.argsort(-evidence[found], kind="stable")]
    kept: list[Burst] = []
    for row in found:
        burst = _burst(ledger, windows[row], float(evidence[row]))
        if not any(_overlap(burst, other) for other in kept):
            kept.append(burst)
    return _joined(kept), len(deviation), ""


def _joined(bursts: list[Burst]) -> tuple[Burst, ...]:
    """Return the bursts, those of one model that nearly follow one another as one; strongest first."""
    joined: list[Burst] = []
    for burst in sorted(bursts, key=lambda one: (one.model, one.start_us)):
        last = joined[-1] if joined else None
        if last is None or last.model != burst.model or burst.start_us - last.end_us > JOIN_US:
            joined.append(burst)
        else:
            joined[-1] = _one(last, burst)
    return tuple(sorted(joined, key=lambda one: -one.log10_e))


def _one(first: Burst, second: Burst) -> Burst:
    votes = first.votes + second.votes
    return Burst(
        model=first.model,
        start_us=first.start_us,
        end_us=second.end_us,
        votes=votes,
        share=(first.share * first.votes + second.share * second.votes) / votes,
        expected=(first.expected * first.votes + second.expected * second.votes) / votes,
        log10_e=max(first.log10_e, second.log10_e),
        look_alike=LOOK_ALIKE,
    )


def _null(windows: np.ndarray) -> np.ndarray:
    """Return the deviations whose losing side is the null: all, but for the windows of the time in which the
    model of the most extreme one is at least half as extreme, if that is a tenth of the time or less. In a
    burst the other models lose to the one lifted."""
    model, start, end, deviation = windows[:, 0], windows[:, 1], windows[:, 2], windows[:, -1]
    top = int(deviation.argmax())
    burst = (model == model[top]) & (deviation >= deviation[top] / 2)
    begin, stop = start[burst].min(), end[burst].max()
    if stop - begin > (end.max() - start.min()) / 10:
        return deviation
    overlap = np.minimum(end, stop) - np.maximum(start, begin)
    rest = deviation[overlap <= (end - start) / 10]
    return rest if len(rest) >= LEAST else deviation


def _windows(ledger: Ledger, time_us: np.ndarray) -> np.ndarray:
    """Return (w, 7): model, first and last moment, votes, points, expected points, deviation."""
    order = np.argsort(time_us, kind="stable")
    p = expit(ledger.fit.theta[ledger.a] - ledger.fit.theta[ledger.b])[order]
    model = np.concatenate([ledger.a[order], ledger.b[order]])
    by_model = np.lexsort((np.concatenate([np.arange(len(p))] * 2), model))
    model, moment = model[by_model], np.concatenate([time_us[order]] * 2)[by_model]
    score = np.concatenate([ledger.score[order], 1 - ledger.score[order]])[by_model]
    p = np.concatenate([p, 1 - p])[by_model]
    shortest = _sums(LENGTHS[0], model, moment, score, p)
    usual = _usual(shortest, len(ledger.models))
    made = [_with_deviation(_sums(length, model, moment, score, p), usual) for length in LENGTHS]
    return np.concatenate(made)


def _sums(length: int, model: np.ndarray, moment: np.ndarray, score: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return (w, 7) the windows of `length` votes, side by side within each model: model, first and last
    moment, votes, points, expected points and their variance by the board."""
    start = np.searchsorted(model, np.arange(model.max() + 1))
    stop = np.searchsorted(model, np.arange(model.max() + 1), side="right")
    firsts = np.concatenate(
        [np.arange(low, high - length + 1, length) for low, high in zip(start, stop, strict=True)]
    ).astype(np.int64)
    sums = [np.append(0.0, np.cumsum(values)) for values in (score, p, p * (1 - p))]
    added = [each[firsts + length] - each[firsts] for each in sums]
    number = np.full(len(firsts), float(length))
    return np.stack([model[firsts], moment[firsts], moment[firsts + length - 1], number, *added], axis=1)


def _usual(windows: np.ndarray, models: int) -> np.ndarray:
    """Return (M,) each model's effect in logits: the median of its windows', each weighing as much as the
    time it spans."""
    usual = np.zeros(models)
    effect, duration = (windows[:, 4] - windows[:, 5]) / windows[:, 6], windows[:, 2] - windows[:, 1] + 1.0
    for model in np.unique(windows[:, 0]).astype(np.int64):
        mine = np.flatnonzero(windows[:, 0] == model)
        mine = mine[np.argsort(effect[mine], kind="stable")]
        spanned = np.cumsum(duration[mine])
        usual[model] = effect[mine[np.searchsorted(spanned, spanned[-1] / 2)]]
    return usual


def _with_deviation(windows: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the windows of one length with the points that are usual in place of the board's, and the
    deviation from them in units of these windows' own spread in place of the variance."""
    if not len(windows):
        return windows
    length, points, variance = windows[:, 3], windows[:, 4], windows[:, 6]
    expected = np.clip(windows[:, 5] + usual[windows[:, 0].astype(np.int64)] * variance, 0.0, length)
    deviation = (points - expected) / np.sqrt(variance)
    # 0.6745: the quartile of the normal law. Under 1 where ties make votes less variable: 1 is the innocent choice.
    deviation /= max(float(np.median(np.abs(deviation))) / 0.6745, 1.0)
    return np.column_stack([windows[:, :5], expected, deviation])


def _burst(ledger: Ledger, window: np.ndarray, log10_e: float) -> Burst:
    model, start, end, number, points, expected, _ = window.tolist()
    return Burst(
        model=ledger.models[int(model)],
        start_us=int(start),
        end_us=int(end),
        votes=int(number),
        share=points / number,
        expected=expected / number,
        log10_e=log10_e,
        look_alike=LOOK_ALIKE,
    )


def _overlap(one: Burst, other: Burst) -> bool:
    return one.model == other.model and one.start_us <= other.end_us and other.start_us <= one.end_us

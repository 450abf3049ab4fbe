"""What each outcome says of the difference between two models: log probability and its derivatives, by way of coding ties.

`half` counts a tie as half a win each; `davidson` and `rao-kupper` give ties a probability of their own; `drop` leaves them out.
Sources: Bradley and Terry, Biometrika 39 (1952); Davidson, JASA 65 (1970), eq. 2.3; Rao and Kupper, JASA 62 (1967), eq. 2.6.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

TIES = ("half", "davidson", "rao-kupper", "drop")
HAS_TIE_PARAMETER = frozenset({"davidson", "rao-kupper"})
START = {"davidson": 0.0, "rao-kupper": 0.5}
"""Where the tie parameter starts: log of Davidson's nu; log of Rao and Kupper's theta."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For each of n differences and the outcomes first won, second won, tie: `log` probability (n, 3), its derivatives by the
    difference (`d`, `dd`), by the tie parameter (`t`, `tt`) and by both (`dt`). Zero where the model has no tie parameter."""

    log: np.ndarray
    d: np.ndarray
    dd: np.ndarray
    t: np.ndarray
    tt: np.ndarray
    dt: np.ndarray


def terms(ties: str, difference: np.ndarray, parameter: float) -> Terms:
    """Return the terms of the way `ties` (one of TIES) at `difference` (n,), first minus second, in natural logits."""
    if ties == "davidson":
        return _davidson(difference, parameter)
    if ties == "rao-kupper":
        return _rao_kupper(difference, parameter)
    return _half(difference)


def _half(d: np.ndarray) -> Terms:
    p = expit(d)
    bend = -p * (1 - p)
    zero = np.zeros((len(d), 3))
    log_won, log_lost = log_expit(d), log_expit(-d)
    return Terms(
        log=np.stack([log_won, log_lost, (log_won + log_lost) / 2], axis=1),
        d=np.stack([1 - p, -p, 0.5 - p], axis=1),
        dd=np.stack([bend, bend, bend], axis=1),
        t=zero,
        tt=zero,
        dt=zero,
    )


def _davidson(d: np.ndarray, parameter: float) -> Terms:
    raw = np.stack([d / 2, -d / 2, np.full(len(d), parameter)], axis=1)
    log_sum = np.logaddexp(np.logaddexp(raw[:, 0], raw[:, 1]), raw[:, 2])[:, None]
    p = np.exp(raw - log_sum)
    by_d, by_t = np.array([0.5, -0.5, 0.0]), np.array([0.0, 0.0, 1.0])
    mean_d, mean_t = p @ by_d, p @ by_t
    shape = (len(d), 3)
    return Terms(
        log=raw - log_sum,
        d=by_d - mean_d[:, None],
        dd=np.broadcast_to((mean_d**2 - p @ by_d**2)[:, None], shape),
        t=by_t - mean_t[:, None],
        tt=np.broadcast_to((mean_t**2 - mean_t)[:, None], shape),
        dt=np.broadcast_to((mean_d * mean_t)[:, None], shape),
    )


def _rao_kupper(d: np.ndarray, parameter: float) -> Terms:
    """Outcomes are a logistic difference cut at +-parameter: concave in both jointly (Burridge, JRSS B 43, 1981)."""
    won, lost = expit(d - parameter), expit(-d - parameter)
    won_bend, lost_bend = -won * (1 - won), -lost * (1 - lost)
    # tie = (e^{2t} - 1) * won * lost
    grown = -np.expm1(-2 * parameter)
    t_slope, t_bend = 2 / grown, -4 * (1 - grown) / grown**2
    log_won, log_lost = log_expit(d - parameter), log_expit(-d - parameter)
    log_tie = 2 * parameter + np.log(grown) + log_won + log_lost
    return Terms(
        log=np.stack([log_won, log_lost, log_tie], axis=1),
        d=np.stack([1 - won, lost - 1, lost - won], axis=1),
        dd=np.stack([won_bend, lost_bend, won_bend + lost_bend], axis=1),
        t=np.stack([won - 1, lost - 1, t_slope + won + lost - 2], axis=1),
        tt=np.stack([won_bend, lost_bend, t_bend + won_bend + lost_bend], axis=1),
        dt=np.stack([-won_bend, lost_bend, lost_bend - won_bend], axis=1),
    )

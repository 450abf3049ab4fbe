"""Requests have one shape (length, turns, limits, tools), whichever account sends them.

Source: THREATS.md, one operator's pipeline. Counter-move: vary the shape by account.
"""

import numpy as np

from revenuer.detect.account_behavior import SHAPE_FEATURES
from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.personal_variance import FLOOR, shrunk


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the between-account variance of request shape over that at large, mean over features."""
    if group.size < 4:
        return None
    halves, there = context.at_large(_shape)
    live = there > 1e-9
    if not live.any():
        return None
    here = _between(halves[group.accounts])[live] / there[live]
    relative = shrunk(_mean(here), group.size)
    error = (
        np.sqrt(2 / (group.size - 1)) * halves[group.accounts].mean(axis=1).var(axis=0)[live] / there[live]
    )
    return Measurement(
        value=float(-np.log10(relative)),
        at_best=float(-np.log10(min(relative, _mean(here - 2 * error)))),
        summary=f"request shape differs between its accounts {relative:.1%} as much as at large",
    )


def _mean(relative: np.ndarray) -> float:
    return float(np.exp(np.mean(np.log(np.clip(relative, FLOOR, 10.0)))))


def _shape(context: Context) -> tuple[np.ndarray, np.ndarray]:
    """Return every account's shape on even and on odd days (N, 2, F), rate left out, and its variance at large (F,)."""
    halves = context.behavior.half[:, :, 1 : len(SHAPE_FEATURES)]
    return halves, _between(halves)


def _between(halves: np.ndarray) -> np.ndarray:
    """Return the variance (F,) between accounts seen in two halves (n, 2, F), less what the halves of one account differ by.

    An account that was active on even or on odd days only repeats its half and shows no noise, which makes it look more personal.
    """
    noise = ((halves[:, 0] - halves[:, 1]) ** 2).mean(axis=0) / 4
    return np.asarray(np.maximum(halves.mean(axis=1).var(axis=0) - noise, 0.0))


SIGNAL = Signal(
    name="uniform_shape",
    family="tooling",
    look_alike="users of one product, a benchmark harness",
    measure=measure,
)

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
    shape, there = context.at_large(_shape)
    live = there > 1e-9
    if not live.any():
        return None
    here = shape[group.accounts].var(axis=0)
    relative = shrunk(
        float(np.exp(np.mean(np.log(np.clip(here[live] / there[live], FLOOR, 10.0))))), group.size
    )
    return Measurement(
        value=float(-np.log10(relative)),
        summary=f"request shape differs between its accounts {relative:.1%} as much as at large",
    )


def _shape(context: Context) -> tuple[np.ndarray, np.ndarray]:
    """Return every account's shape (N, F), rate left out, and its variance at large (F,)."""
    shape = context.behavior.half[:, :, 1 : len(SHAPE_FEATURES)].mean(axis=1)
    return shape, shape.var(axis=0)


SIGNAL = Signal(
    name="uniform_shape",
    family="tooling",
    look_alike="users of one product, a benchmark harness",
    measure=measure,
)

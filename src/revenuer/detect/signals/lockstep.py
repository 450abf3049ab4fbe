"""Accounts rise and fall together beyond what the hour, the day and everyone else explain.

The group is cut in two at random; the hourly counts of the halves, cleaned of the group's own mean day and of the
deployment's, are correlated. Source: Cao et al., SynchroTrap (CCS 2014), for the idea of joint deviations.
Counter-move: independent clocks for each worker.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.group_time import DAY_HOURS, group_activity
from revenuer.detect.signals.base import Measurement, Signal

MIN_PER_HOUR = 3.0
"""Requests an hour of the log; with fewer, chance hides any common movement."""


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the correlation of the two halves' residuals, in [-1, 1]; chance in the counts pulls it towards 0."""
    if group.size < 6:
        return None
    activity = group_activity(context.population, group.accounts)
    if activity.total.mean() < MIN_PER_HOUR:
        return None
    rng = np.random.Generator(np.random.PCG64(context.seed))
    half = rng.permutation(len(activity.counts)) % 2 == 0
    a, b = (_residual(activity.counts[part].sum(axis=0), activity.everyone) for part in (half, ~half))
    covariance = float(np.mean(a * b))
    scale = np.sqrt(max(float(np.mean(a * a)), 1e-9) * max(float(np.mean(b * b)), 1e-9))
    value = covariance / scale
    return Measurement(
        value=value,
        summary=f"two random halves of it rise and fall together (r = {value:.2f} beyond the usual day)",
    )


def _residual(counts: np.ndarray, everyone: np.ndarray) -> np.ndarray:
    """Pearson residuals against the product of the half's mean day and the deployment's deviation from its own."""
    hour = np.arange(len(counts)) % DAY_HOURS
    own = np.bincount(hour, counts, DAY_HOURS) / np.maximum(np.bincount(hour, minlength=DAY_HOURS), 1)
    usual = np.bincount(hour, everyone, DAY_HOURS) / np.maximum(np.bincount(hour, minlength=DAY_HOURS), 1)
    swing = everyone / np.maximum(usual[hour], 1)
    expected = own[hour] * swing
    expected *= counts.sum() / max(expected.sum(), 1e-9)
    residual = (counts - expected) / np.sqrt(expected + 0.5)
    return np.asarray(residual - residual.mean())


SIGNAL = Signal(
    name="lockstep",
    family="time",
    look_alike="busy APIs, cron at full hours, model-release days, a class in one lesson",
    measure=measure,
)

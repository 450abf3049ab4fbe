"""Accounts use far more than their plan's other customers do.

Source: THREATS.md, subscription and usage do not fit. Counter-move: more accounts, each used less.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean standard score of log requests within each account's plan, the group left out of the norm."""
    plan = context.population.registry["plan"].combine_chunks().dictionary_encode()
    code = np.asarray(plan.indices.fill_null(-1)).astype(np.int64)
    logs = np.log1p(context.population.requests)
    outside = np.ones(len(code), bool)
    outside[group.accounts] = False
    scores = []
    for value in np.unique(code[group.accounts]):
        norm = logs[outside & (code == value)]
        if value < 0 or len(norm) < 20:
            continue
        scores.extend(
            (logs[group.accounts][code[group.accounts] == value] - norm.mean()) / max(norm.std(), 0.1)
        )
    if len(scores) < 4:
        return None
    value = float(np.mean(scores))
    return Measurement(
        value=value,
        summary=f"its use stands {value:+.1f} standard deviations from its plans' other customers",
    )


SIGNAL = Signal(
    name="plan_mismatch",
    family="rate",
    look_alike="under-licensed teams",
    measure=measure,
    needs=frozenset({"accounts.plan"}),
)

"""Accounts use far more than their plan's other customers do.

Source: THREATS.md, subscription and usage do not fit. Counter-move: more accounts, each used less.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean standard score of log requests within each account's plan, the group left out of the norm."""
    code, logs, members = context.at_large(_by_plan)
    scores: list[float] = []
    for value in np.unique(code[group.accounts]):
        if value < 0:
            continue
        norm = logs[np.setdiff1d(members[value], group.accounts, assume_unique=True)]
        if len(norm) < 20:
            continue
        mine = logs[group.accounts[code[group.accounts] == value]]
        scores.extend((mine - norm.mean()) / max(norm.std(), 0.1))
    if len(scores) < 4:
        return None
    value = float(np.mean(scores))
    return Measurement(
        value=value,
        summary=f"its use stands {value:+.1f} standard deviations from its plans' other customers",
    )


def _by_plan(context: Context) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return each account's plan (int code, -1 for none), the log of its requests, and the accounts of each plan."""
    plan = context.population.registry["plan"].combine_chunks().dictionary_encode()
    code = np.asarray(plan.indices.fill_null(-1)).astype(np.int64)
    members = [np.flatnonzero(code == value) for value in range(len(plan.dictionary))]
    return code, np.log1p(context.population.requests), members


SIGNAL = Signal(
    name="plan_mismatch",
    family="rate",
    look_alike="under-licensed teams",
    measure=measure,
    needs=frozenset({"accounts.plan"}),
)

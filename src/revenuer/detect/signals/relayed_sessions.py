"""Accounts relay other people's sessions: many personas, clients and addresses on each.

Source: Anthropic September 2026, second and fifth campaign. Counter-move: split personas over accounts.
"""

import numpy as np

from revenuer.detect.account_behavior import SHAPE_FEATURES
from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the median account's addresses per request over the population's median."""
    column = context.behavior.half[:, :, SHAPE_FEATURES.index("addresses_per_request")].mean(axis=1)
    active = context.population.requests >= 20
    mine = column[group.accounts][active[group.accounts]]
    if len(mine) < 3 or not active.any():
        return None
    here, there = float(np.median(mine)), float(np.median(column[active]))
    value = float(np.log10((here + 0.01) / (there + 0.01)))
    return Measurement(
        value=value, summary=f"{here:.2f} addresses a request on its median account (at large: {there:.2f})"
    )


SIGNAL = Signal(
    name="relayed_sessions",
    family="relay",
    look_alike="aggregators and resellers; people on mobile networks",
    measure=measure,
    needs=frozenset({"client_ip"}),
)

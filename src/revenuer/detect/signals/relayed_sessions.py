"""Accounts relay other people's sessions: many personas, clients and addresses on each.

Source: Anthropic September 2026, second and fifth campaign. Counter-move: split personas over accounts.
"""

import numpy as np

from revenuer.detect.account_behavior import SHAPE_FEATURES
from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal

MIN_REQUESTS = 20
COLUMN = SHAPE_FEATURES.index("addresses_per_request")


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the median account's addresses per request over the population's median."""
    mine = _addresses(context, group.accounts)
    if len(mine) < 3:
        return None
    here, there = float(np.median(mine)), context.at_large(_median_addresses)
    value = float(np.log10((here + 0.01) / (there + 0.01)))
    return Measurement(
        value=value, summary=f"{here:.2f} addresses a request on its median account (at large: {there:.2f})"
    )


def _addresses(context: Context, accounts: np.ndarray) -> np.ndarray:
    """Return addresses per request of those of `accounts` that are active."""
    active = accounts[context.population.requests[accounts] >= MIN_REQUESTS]
    mean: np.ndarray = context.behavior.half[active, :, COLUMN].mean(axis=1)
    return mean


def _median_addresses(context: Context) -> float:
    return float(np.median(_addresses(context, np.arange(context.population.size))))


SIGNAL = Signal(
    name="relayed_sessions",
    family="relay",
    look_alike="aggregators and resellers; people on mobile networks",
    measure=measure,
    needs=frozenset({"client_ip"}),
)

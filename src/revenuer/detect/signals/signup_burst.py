"""Accounts were created in one burst.

Source: THREATS.md, signup burst. Counter-move: age accounts before use, or buy aged ones.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.group import Context, Group, registered
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the spread of sign-up times (middle 60 %) over that of accounts at large."""
    mine = pc.drop_null(registered(context, group, "created_at"))
    there = context.at_large(_spread_at_large)
    if len(mine) < 4 or there is None:
        return None
    here = _spread(mine)
    value = float(-np.log10(max(here / max(there, 1.0), 0.001)))
    return Measurement(
        value=value,
        summary=f"the middle 60 % of its sign-ups lie within {here / 86_400e6:.1f} days (at large: {there / 86_400e6:.0f})",
    )


def _spread(times: pa.ChunkedArray) -> float:
    return float(np.subtract(*np.quantile(times.cast("int64").to_numpy(), [0.8, 0.2])))


def _spread_at_large(context: Context) -> float | None:
    """Return the spread over all accounts; None where fewer than 20 are known."""
    everyone = pc.drop_null(context.population.registry["created_at"])
    return _spread(everyone) if len(everyone) >= 20 else None


SIGNAL = Signal(
    name="signup_burst",
    family="registration",
    look_alike="a class or a company that signs up together; a launch day",
    measure=measure,
    needs=frozenset({"accounts.created_at"}),
)

"""How much was taken: a harvest is large, and a handful of alike accounts with little use is nothing.

Source: THREATS.md, table of published campaigns (hundreds to thousands of exchanges an account).
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure log10 of the group's requests."""
    requests = group.facts.get("requests", 0.0)
    return Measurement(value=float(np.log10(max(requests, 1.0))), summary=f"{requests:,.0f} requests in all")


SIGNAL = Signal(name="harvest_volume", family="volume", look_alike="any busy group", measure=measure)

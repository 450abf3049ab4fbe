"""Accounts of one group are used evenly: a load balancer or a ceiling per account, where people spread over decades.

Source: THREATS.md, ~25 exchanges a day in the June 2026 campaign, load balancing. Counter-move: rates drawn from a
human-like, heavy-tailed distribution.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.personal_variance import shrunk

MIN_REQUESTS = 5


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure -log10 of the spread of log daily rates over the population's (interquartile range, both)."""
    spread_here = _spread(context, group.accounts)
    spread_there = context.at_large(_spread_at_large)
    if spread_here is None or not spread_there:
        return None
    relative = shrunk(spread_here / spread_there, group.size)
    return Measurement(
        value=float(-np.log10(relative)),
        summary=f"daily requests per account spread {relative:.0%} as much as at large",
    )


def _spread(context: Context, accounts: np.ndarray) -> float | None:
    requests = context.population.requests[accounts]
    active = requests >= MIN_REQUESTS
    if int(active.sum()) < 4:
        return None
    days = context.behavior.days[accounts[active]].sum(axis=1)
    low, high = np.quantile(np.log(requests[active] / np.maximum(days, 1)), [0.25, 0.75])
    return float(high - low)


def _spread_at_large(context: Context) -> float | None:
    return _spread(context, np.arange(context.population.size))


SIGNAL = Signal(
    name="even_rates",
    family="rate",
    look_alike="one plan's limit that many honest heavy users reach; seats of one company",
    measure=measure,
)

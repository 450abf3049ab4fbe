"""The weight of identity values that members share: what payment, address and client signals have in common."""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement


def measure_shared(
    group: Group, context: Context, attributes: tuple[str, ...], what: str
) -> Measurement | None:
    """Measure the mean log10 rarity (0 = common) of the values that each account shares with another member.

    An account that shares nothing counts 0; of several attributes the best counts. None where nobody's value is known.
    """
    size = context.population.size
    best = np.zeros(size)
    known = np.zeros(size, bool)
    sharers = np.zeros(size, bool)
    for attribute in attributes:
        if attribute not in context.identity.holders:
            continue
        holders = context.identity.holders[attribute]
        account, value = holders.entries(group.accounts)
        known[account] = True
        _, index, count = np.unique(value, return_inverse=True, return_counts=True)
        shared = count[index] >= 2
        np.maximum.at(best, account, np.log10(size / holders.number(value)) * shared)
        sharers[account[shared]] = True
    if int(known[group.accounts].sum()) < 2:
        return None
    n = int(sharers.sum())
    typical = f" (held by one account in {10 ** np.median(best[sharers]):,.0f})" if n else ""
    return Measurement(
        value=float(best[group.accounts].mean()),
        summary=f"{n} of {group.size} accounts share {what} with a sibling{typical}",
    )

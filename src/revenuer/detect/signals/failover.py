"""Accounts that end with a block, and siblings that start within the hour after.

Source: THREATS.md, failover and ban replacement; Anthropic September 2026 (a second pool takes over at once).
Counter-move: wait before the replacement starts.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the share of the group's accounts that were blocked for good and relieved by a sibling's start."""
    blocked = group.facts.get("blocked", 0.0)
    relieved = group.facts.get("relieved", 0.0)
    return Measurement(
        value=relieved / group.size,
        summary=f"{blocked:.0f} accounts end with a block, {relieved:.0f} of them with a sibling's start within the hour after",
    )


SIGNAL = Signal(
    name="failover",
    family="lineage",
    look_alike="resilient routers over a customer's own accounts; people who make a new account after a ban",
    measure=measure,
    needs=frozenset({"status"}),
)

"""Accounts are paid for with one instrument.

Each shared value weighs by how rare it is in this log. Source: THREATS.md, shared payment methods. Counter-move: one virtual card an account.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.shared_identity import measure_shared

ATTRIBUTES = ("payment_fingerprint",)


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean rarity (log10) of the values that the group's accounts share."""
    return measure_shared(group, context, ATTRIBUTES, "a payment instrument")


SIGNAL = Signal(
    name="shared_payment",
    family="payment",
    look_alike="company cards; families",
    measure=measure,
    needs=frozenset({"accounts.payment_fingerprint"}),
)

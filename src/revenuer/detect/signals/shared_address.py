"""Accounts sign up or work from one address or network.

Each shared value weighs by how rare it is in this log. Source: THREATS.md, shared egress. Counter-move: residential proxies.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.shared_identity import measure_shared

ATTRIBUTES = ("signup_ip", "ip", "ip_prefix")


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean rarity (log10) of the values that the group's accounts share."""
    return measure_shared(group, context, ATTRIBUTES, "an address or network")


SIGNAL = Signal(
    name="shared_address",
    family="address",
    look_alike="offices, universities and carriers behind one address; VPN users",
    measure=measure,
    needs_any=frozenset({"accounts.signup_ip", "client_ip"}),
)

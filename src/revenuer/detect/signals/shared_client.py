"""Accounts use one rare client: TLS handshake or header string.

Each shared value weighs by how rare it is in this log. Source: THREATS.md, TLS and header fingerprints. Counter-move: stock clients.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal
from revenuer.detect.signals.shared_identity import measure_shared

ATTRIBUTES = ("tls_fingerprint", "user_agent")


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the mean rarity (log10) of the values that the group's accounts share."""
    return measure_shared(group, context, ATTRIBUTES, "a rare client fingerprint")


SIGNAL = Signal(
    name="shared_client",
    family="client",
    look_alike="users of one uncommon but public client",
    measure=measure,
    needs_any=frozenset({"tls_fingerprint", "user_agent"}),
)

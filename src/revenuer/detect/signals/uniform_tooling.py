"""All accounts send with the same settings, or draw them anew for each request: in both cases they are nobody's own.

People and firms keep their client and its settings; across accounts these differ. Source: THREATS.md, header
fingerprints. Counter-move: give each account a persona of settings and keep to it.
"""

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the group's share of its commonest settings over the mean account's share of its own commonest, in (0, 1]."""
    own = group.facts.get("own_tooling", 0.0)
    if not own:
        return None
    modal = group.facts["modal_tooling"]
    return Measurement(
        value=min(modal / own, 1.0),
        summary=f"{modal:.0%} of its requests share one client and settings; a single account's own commonest: {own:.0%}",
    )


SIGNAL = Signal(
    name="uniform_tooling",
    family="tooling",
    look_alike="users of one wrapper or one public client with fixed settings",
    measure=measure,
)

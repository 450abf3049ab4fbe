"""Accounts replay reasoning signatures that another account received: near to proof that one operator runs both.

Source: Anthropic, September 2026, second and third campaign. Look-alike: none known but keys of one organisation, which
detect/replay.py leaves out. Counter-move: strip the signature, which costs the operator the reasoning.
"""

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.detect.signals.base import Measurement, Signal


def measure(group: Group, context: Context) -> Measurement | None:
    """Measure the share of the group's accounts that replay, or are replayed by, another account of the group."""
    replay = context.replay
    if not replay.available:
        return None
    inside = np.isin(replay.source, group.accounts) & np.isin(replay.target, group.accounts)
    touched = np.unique(np.concatenate([replay.source[inside], replay.target[inside]]))
    requests = int(replay.count[inside].sum())
    return Measurement(
        value=len(touched) / group.size if requests >= 2 else 0.0,
        summary=f"{requests} requests replay a reasoning signature that another of its accounts received "
        f"({len(touched)} of {group.size} accounts)",
    )


SIGNAL = Signal(
    name="signature_replay",
    family="replay",
    look_alike="resilient routers over one customer's own keys (left out by organisation)",
    measure=measure,
    needs=frozenset({"reasoning_signature"}),
)

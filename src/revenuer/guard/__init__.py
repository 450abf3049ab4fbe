"""The guard room: decides about live requests, and keeps the books of it."""

from revenuer.guard.assessment import NOTHING, Assessment
from revenuer.guard.core import decide, hear, learn, lift
from revenuer.guard.event import Aftermath, Event, Registered
from revenuer.guard.guard import Guard
from revenuer.guard.policy import Policy
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Meter, Standing
from revenuer.guard.state import GuardState

__all__ = [
    "Aftermath",
    "Assessment",
    "Event",
    "Guard",
    "GuardState",
    "Meter",
    "NOTHING",
    "Policy",
    "Registered",
    "Saved",
    "Standing",
    "decide",
    "hear",
    "learn",
    "lift",
]

"""Several nodes as one guard: they apply the same notes in the same order, through a stream in Valkey or Redis."""

from revenuer.guard.fleet.fleet import Condition, Fleet
from revenuer.guard.fleet.options import FleetOptions

__all__ = ["Condition", "Fleet", "FleetOptions"]

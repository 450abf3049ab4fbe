"""The fleet as the service shows it: in which named state this node's part in it is, in the log, in /readyz and in the metrics."""

import logging

from revenuer.guard.fleet import Condition, Fleet

MEANINGS = {
    Condition.JOINING: "joining: this node still reads what the others said; until then it accuses nobody of a replay that it saw first",
    Condition.LONELY: "lonely: the shared server is away; this node decides with what it knows and tells the others later",
    Condition.BEHIND: "behind: notes of other nodes were missed, and none has stated yet what stands",
}


class Company:
    """Watches the fleet. None of its states stops this node from deciding."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._told: Condition | None = None
        self._log = logging.getLogger("revenuer.guard")

    @property
    def fault(self) -> str | None:
        """The named state that this node is in, None if it hears all others."""
        return MEANINGS.get(self.fleet.condition)

    def look(self) -> None:
        """Log the state when it has changed."""
        condition = self.fleet.condition
        if condition is self._told:
            return
        self._told = condition
        told = {"condition": condition.value, "node": self.fleet.node}
        if condition is Condition.LONELY:
            self._log.error("fleet", extra={**told, "why": self.fleet.error})
        else:
            self._log.info("fleet", extra=told)

    def gauges(self) -> dict[str, tuple[str, float]]:
        """Return name -> (help, value)."""
        fleet = self.fleet
        return {
            "fleet_connected": ("1 while the shared server takes and gives.", float(fleet.connected)),
            "fleet_whole": ("1 while everything that the other nodes say is heard.", float(fleet.condition is Condition.WHOLE)),
            "fleet_behind_seconds": ("Seconds since everything said was surely applied.", fleet.behind_s),
            "fleet_buffered_notes": ("Notes of this node that the shared server does not have yet.", float(fleet.buffered)),
            "fleet_dropped_notes": ("Notes of this node that found no room while the server was away.", float(fleet.dropped)),
            "fleet_missed_notes": ("Notes of other nodes that never came.", float(fleet.missed)),
            "fleet_told_notes": ("Notes that this node told the others, or waits to.", float(fleet.told)),
            "fleet_heard_notes": ("Notes applied, this node's own included.", float(fleet.heard)),
            "fleet_refused_entries": ("Entries in the shared stream that are none of this fleet's.", float(fleet.refused)),
        }  # fmt: skip

"""What waits in memory to be written, in one transaction: taken from the hot side, kept until the disk has it."""

from dataclasses import dataclass, field

from revenuer.guard.audit import AUDITED
from revenuer.guard.saved import Saved
from revenuer.records import Decision

AUDITED_STEPS = 100_000
"""Changes of audited facts that are kept step by step; beyond that only the last one of each key is."""


@dataclass(slots=True)
class Backlog:
    """`facts`: by kind and key, the last value wins. `steps`: audited facts with the time they were handed over (microseconds), in
    order, because the log tells of every step. `allowed`: requests by minute, not yet written. `merged`: steps given up."""

    decisions: list[Decision] = field(default_factory=list)
    facts: dict[tuple[str, str], bytes | None] = field(default_factory=dict)
    steps: list[tuple[int, Saved]] = field(default_factory=list)
    allowed: dict[int, int] = field(default_factory=dict)
    merged: int = 0

    def __bool__(self) -> bool:
        return bool(self.decisions or self.facts or self.steps or self.allowed)

    def take(self, time: int, saved: list[Saved]) -> None:
        """Take in facts that were handed over at `time`."""
        for one in saved:
            if one.kind in AUDITED:
                self.steps.append((time, one))
            else:
                self.facts[one.kind, one.key] = one.value
        if len(self.steps) > AUDITED_STEPS:
            self._merge()

    def clear(self) -> None:
        """Forget everything: it is in the database."""
        self.decisions.clear()
        self.facts.clear()
        self.steps.clear()
        self.allowed.clear()
        self.merged = 0

    def _merge(self) -> None:
        """Keep the last step of each fact only. A measure that was imposed and lifted meanwhile still gives both entries."""
        last = {(one.kind, one.key): (time, one) for time, one in self.steps}
        self.merged += len(self.steps) - len(last)
        self.steps = list(last.values())

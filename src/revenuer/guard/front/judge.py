"""Whom a front asks: a guard in its own process, or a `revenuer guard serve` elsewhere."""

from typing import Protocol

from revenuer.guard.event import Aftermath, Event
from revenuer.records import Decision, RevenuerError


class GuardUnreachableError(RevenuerError):
    """There is no decision: go on as `on_failure` says, the guard's own where it could still tell (`allows`), else the front's."""

    def __init__(self, message: str, *, allows: bool | None = None) -> None:
        super().__init__(message)
        self.allows = allows


class Judge(Protocol):
    """Decides requests, and takes in how they went. One event loop owns it."""

    async def decide(self, event: Event) -> Decision:
        """Return the decision. Raises GuardUnreachableError when there is none in time, InputError for an event that is refused."""
        ...

    async def learn(self, aftermath: Aftermath) -> None:
        """Take in how a request went. Raises GuardUnreachableError when that was not heard."""
        ...

    async def close(self) -> None:
        """Store what must be kept, and let go of files and connections."""
        ...

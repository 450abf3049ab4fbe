"""Puts an event before the guard, within the deadline, and keeps count: what all fronts share."""

import logging
from collections.abc import Callable
from time import monotonic, perf_counter
from typing import NamedTuple

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.guard import Guard
from revenuer.guard.http.asgi import ARRIVED, WAITING, Scope
from revenuer.guard.http.failure import Failure, FailureMode, failure_mode, undecided
from revenuer.guard.http.metrics import Metrics
from revenuer.records import Decision

Told = Callable[[str, Decision, float], None]
"""Is told front, decision and seconds of every decision (tracing)."""


class Ruling(NamedTuple):
    """`failure`: why `decision` is the failure mode's and not the guard's; None = it is the guard's."""

    decision: Decision
    failure: Failure | None


class Desk:
    """The only place from which the service asks the guard."""

    def __init__(self, guard: Guard, metrics: Metrics, *, in_flight: int, told: Told | None = None) -> None:
        self.guard = guard
        self.metrics = metrics
        self._in_flight = in_flight
        self._told = told
        self._log = logging.getLogger("revenuer.guard")

    @property
    def mode(self) -> FailureMode:
        """The failure mode of the policy in force."""
        return failure_mode(self.guard.state.policy)

    def decide(self, event: Event, front: str, scope: Scope) -> Ruling:
        """Return the ruling on `event`; at once the failure mode's where too many wait, or where this one has waited too long."""
        mode = failure_mode(self.guard.state.policy)
        if scope.get(WAITING, 0) > self._in_flight:
            return self._undecided(event, front, Failure.SHED, mode)
        if monotonic() - scope.get(ARRIVED, monotonic()) > mode.deadline_s:
            return self._undecided(event, front, Failure.DEADLINE, mode)
        began = perf_counter()
        try:
            decision = self.guard.decide(event)
        except Exception as error:
            self.broke("decide", error)
            return self._undecided(event, front, Failure.INTERNAL, mode)
        seconds = perf_counter() - began
        self.metrics.decided(front, decision, seconds)
        if self._told is not None:
            self._told(front, decision, seconds)
        return Ruling(decision, None)

    def learn(self, aftermath: Aftermath) -> None:
        """Tell the guard how a request went."""
        self.guard.learn(aftermath)
        self.metrics.learned(1)

    def broke(self, where: str, error: BaseException) -> None:
        """Log a fault of our own: its kind and place, not its message, which may repeat text of a prompt."""
        self._log.error("internal", exc_info=error, extra={"where": where})

    def _undecided(self, event: Event, front: str, failure: Failure, mode: FailureMode) -> Ruling:
        self.metrics.failed(front, failure)
        return Ruling(undecided(event, failure, mode), failure)

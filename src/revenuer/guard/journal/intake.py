"""The hot side of the journal: what the guard's thread hands over without waiting, and what the writer's thread takes."""

import time
from collections import deque
from collections.abc import Callable

from revenuer.guard.journal.backlog import Backlog
from revenuer.guard.saved import Saved
from revenuer.records import Action, Decision

_ALLOW = Action.ALLOW
_MINUTE = 60_000_000
"""Microseconds."""

TAKEN_AT_ONCE = 20_000
"""Decisions of one transaction."""


class Intake:
    """Two threads meet here: one calls `record` and `store`, the other `move_to`. No locks: every hand-over is one operation that the
    interpreter does not split (append, popleft), and a minute's count has one thread that changes it."""

    def __init__(self, keep_all: bool, pending_decisions: int, clock: Callable[[], int]) -> None:
        self._keep_all = keep_all
        self._limit = pending_decisions
        self._clock = clock
        self._decisions: deque[Decision] = deque()
        self._facts: deque[tuple[int, list[Saved]]] = deque()
        self._count = [0, 0, 0]
        """Minute since 1970, requests counted, requests moved on."""
        self._counts: deque[list[int]] = deque([self._count])
        self.dropped = 0

    def record(self, decision: Decision) -> None:
        """Take one decision; a plain `allow` is counted, unless all are kept. Where too many wait already it is counted as dropped."""
        if decision.action is _ALLOW and decision.would is _ALLOW and not self._keep_all:
            minute = decision.timestamp // _MINUTE
            count = self._count
            if count[0] != minute:
                count = [minute, 0, 0]
                self._counts.append(count)
                self._count = count
            count[1] += 1
        elif len(self._decisions) < self._limit:
            self._decisions.append(decision)
        else:
            self.dropped += 1

    def store(self, saved: list[Saved]) -> None:
        """Take durable facts, with the time at which they were handed over. They are never dropped."""
        self._facts.append((self._clock(), saved))

    def pending(self) -> tuple[int, int]:
        """Return how many decisions and how many hand-overs of facts wait."""
        return len(self._decisions), len(self._facts)

    def move_to(self, backlog: Backlog) -> bool:
        """Move what waits to `backlog`, at most TAKEN_AT_ONCE decisions in it; return whether all of it was moved."""
        for _ in range(len(self._facts)):
            backlog.take(*self._facts.popleft())
        room = TAKEN_AT_ONCE - len(backlog.decisions)
        waiting = len(self._decisions)
        backlog.decisions.extend(self._decisions.popleft() for _ in range(min(room, waiting)))
        self._move_counts(backlog)
        return waiting <= room

    def _move_counts(self, backlog: Backlog) -> None:
        """Move what was counted since the last time. Only the guard's thread adds to a count, and never again once another one is in
        use: so that a count is closed must be seen before it is read for the last time."""
        while True:
            count = self._counts[0]
            closed = count is not self._count
            minute, counted, moved = count
            if counted > moved:
                count[2] = counted
                backlog.allowed[minute] = backlog.allowed.get(minute, 0) + counted - moved
            if not closed:
                return
            self._counts.popleft()


def wall_clock() -> int:
    """Return microseconds since 1970 UTC."""
    return time.time_ns() // 1000

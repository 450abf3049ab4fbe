"""Follows sources: every line an event, every event a decision, and what happened after it learnt."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from revenuer.guard.fleet import Condition, Fleet
from revenuer.guard.follow.books import Books
from revenuer.guard.follow.checkpoint import Checkpoint
from revenuer.guard.follow.quarantine import Quarantine
from revenuer.guard.follow.request_window import RequestWindow
from revenuer.guard.follow.row import Mapper, RowError, read_rows
from revenuer.guard.follow.source import Line, Source
from revenuer.guard.guard import Guard
from revenuer.guard.memory_file import MemoryFile
from revenuer.guard.saved import Saved
from revenuer.records import RESTRICTIVE, Decision, ResourceError

POSITION_KIND = "follow"
"""Under this kind, and the source's name as key, positions are in the journal."""

_LINES_AT_ONCE = 1000
_SETTLE_EVERY_S = 1.0
_REMEMBER_EVERY_S = 600.0
_IDLE_S = 0.1
_PUMP_EVERY_S = 0.005
_JOIN_WITHIN_S = 5.0
_ONCE_WITHIN_S = 60.0
_UNSETTLED = 200_000
"""Lines that may be handed out and not settled (the disk takes nothing) before reading waits."""


@dataclass(slots=True)
class Counts:
    """What became of the lines. `exchanges`: decided. `findings`: those that a customer feels, or would feel outside of shadow mode. `repeated`: lines that came again. `others`: records that are no model call."""

    lines: int = 0
    exchanges: int = 0
    findings: int = 0
    quarantined: int = 0
    repeated: int = 0
    others: int = 0


class Follower:
    """Owns the guard. `tell` is given every decision, `say` every sentence for the operator. `now_us`: the wall clock, to tell a
    timestamp that lies in the future from one that is merely new."""

    def __init__(
        self,
        guard: Guard,
        sources: Sequence[Source],
        quarantine: Quarantine,
        *,
        tell: Callable[[Decision], None],
        say: Callable[[str], None],
        mappers: Mapping[str, Mapper] | None = None,
        books: Books | None = None,
        checkpoint: Checkpoint | None = None,
        fleet: Fleet | None = None,
        memory: MemoryFile | None = None,
        ahead_s: float = 86400.0,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guard = guard
        self._sources = sources
        self._quarantine = quarantine
        self._tell = tell
        self._say = say
        self._mappers = mappers or {}
        self._books = books
        self._checkpoint = checkpoint
        self._fleet = fleet
        self._memory = memory
        self._memory_at = clock()
        self._ahead_us = int(ahead_s * 1_000_000)
        self._now_us = now_us
        self._clock = clock
        self._window = RequestWindow()
        self._unsettled = 0
        self._settled_at = clock()
        self._condition: Condition | None = None
        self.counts = Counts()

    def run(self, stop: threading.Event, *, once: bool) -> Counts:
        """Follow until `stop` is set, or with `once` until every source has given what it has.

        Raises ResourceError where a source stays away with `once`; without, it is waited for.
        """
        if self._fleet is not None:
            self._join(self._fleet, stop)
        moved_at = self._clock()
        while not stop.is_set():
            moved = self.turn()
            if self._clock() - self._settled_at >= _SETTLE_EVERY_S:
                self.settle()
            if moved:
                moved_at = self._clock()
                continue
            if once and all(source.ended for source in self._sources):
                break
            if once and self._clock() - moved_at > _ONCE_WITHIN_S:
                self.settle()
                raise ResourceError(
                    f"a source is away for {_ONCE_WITHIN_S:.0f} seconds; try again when it is back"
                )
            stop.wait(_IDLE_S if self._fleet is None else _PUMP_EVERY_S)
        self.settle()
        self._remember(at_once=True)
        return self.counts

    def turn(self) -> int:
        """Read some lines of every source and decide on them; return how many there were."""
        moved = 0
        if self._fleet is not None:
            self._fleet.pump()
            self._tell_condition(self._fleet)
        for source in self._sources:
            if self._unsettled < _UNSETTLED:
                for line in source.read(_LINES_AT_ONCE):
                    self._take(source.name, line)
                    moved += 1
            for sentence in source.news():
                self._say(f"{source.name}: {sentence}")
        self._unsettled += moved
        return moved

    def settle(self) -> None:
        """Put everything in the books, and tell the sources that it is there. Where the disk does not take it, the lines stay
        unsettled and it is tried again a second later."""
        self._settled_at = self._clock()
        self._quarantine.flush()
        positions = {
            source.name: position for source in self._sources if (position := source.position()) is not None
        }
        try:
            if self._books is not None:
                # In one go, so that the facts on disk and the place in the file belong together.
                saved = [Saved(POSITION_KIND, name, position) for name, position in positions.items()]
                self._books.store([*self._guard.state.take_saved(), *saved])
                self._books.sync()
            if self._checkpoint is not None:
                self._checkpoint.save(positions)
        except ResourceError as error:
            self._say(str(error))
            return
        for source in self._sources:
            source.settle()
        self._unsettled = 0
        self._remember(at_once=False)

    def _remember(self, *, at_once: bool) -> None:
        """Write the ledger's file when it is time. That takes seconds with a million accounts, in which lines wait."""
        if self._memory is None or not (at_once or self._clock() - self._memory_at >= _REMEMBER_EVERY_S):
            return
        self._memory.save()
        self._memory_at = self._clock()
        if self._memory.fault is not None:
            self._say(self._memory.fault)

    def _take(self, name: str, line: Line) -> None:
        self.counts.lines += 1
        try:
            if line.fault is not None:
                raise RowError(line.fault)
            rows = read_rows(line.data, self._mappers.get(name))
            for event, _ in rows:
                if event.timestamp > self._now_us() + self._ahead_us:
                    # One such line would make every measure look as if it had run out.
                    raise RowError("timestamp lies in the future")
        except RowError as error:
            self.counts.quarantined += 1
            self._quarantine.add(name, line.number, line.place, str(error))
            return
        self.counts.others += not rows
        for event, aftermath in rows:
            if not self._window.is_new(event):
                self.counts.repeated += 1
                continue
            decision = self._guard.decide(event)
            self._guard.learn(aftermath)
            self.counts.exchanges += 1
            self.counts.findings += decision.would in RESTRICTIVE
            self._tell(decision)

    def _join(self, fleet: Fleet, stop: threading.Event) -> None:
        """Hear what the other nodes know first, if the server is there."""
        until = self._clock() + _JOIN_WITHIN_S
        while not stop.is_set() and fleet.condition is not Condition.WHOLE and self._clock() < until:
            fleet.pump()
            stop.wait(_PUMP_EVERY_S)

    def _tell_condition(self, fleet: Fleet) -> None:
        condition = fleet.condition
        if condition is not self._condition:
            self._condition = condition
            why = f" ({fleet.error})" if condition is Condition.LONELY and fleet.error else ""
            self._say(f"shared state: {condition}{why}")

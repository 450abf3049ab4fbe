"""A node's part in the fleet: its notes go out, everybody's come in, in one order; alone when the server is away."""

import asyncio
import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

import msgspec
import numpy as np

from revenuer.guard.fleet.entry import Answer, Ask, Notes
from revenuer.guard.fleet.link import Backoff, Link
from revenuer.guard.fleet.options import FleetOptions
from revenuer.guard.fleet.order import Order
from revenuer.guard.fleet.outbox import Outbox
from revenuer.guard.fleet.position import BEGINNING, Position, restored
from revenuer.guard.fleet.reader import Lost, Read, Reader, Whole
from revenuer.guard.fleet.retained import Gap
from revenuer.guard.fleet.writer import Writer
from revenuer.guard.guard import Guard

_NOTES_AT_ONCE = 200
"""Notes applied in one `pump` at most: about half a millisecond of the event loop."""

_ASK_EVERY_S = 30.0
_ANSWER_WITHIN_S = 0.5
_IDLE_WINDOWS = 5
"""An idle node looks for notes this many times less often than a busy one."""


class Condition(StrEnum):
    """`joining`: reading what the fleet said before. `whole`: everything was heard. `lonely`: the server is away, this node decides
    with what it knows. `behind`: notes were missed, and no other node has stated again what stands."""

    JOINING = "joining"
    WHOLE = "whole"
    LONELY = "lonely"
    BEHIND = "behind"


class Fleet:
    """Belongs to the thread that owns the guard; two threads of its own talk to the server. `node` names this run of this node.

    `heard`: notes applied. `missed`: numbers that never came. `refused`: entries that were not of this fleet.
    """

    def __init__(
        self,
        guard: Guard,
        options: FleetOptions,
        rng: np.random.Generator | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guard = guard
        self._options = options
        self._clock = clock
        self._rng = rng if rng is not None else np.random.default_rng(secrets.randbits(64))
        self.node = f"{options.node}-{secrets.token_hex(4)}" if options.node else secrets.token_hex(8)
        saved = restored(guard.state.position, options.stream)
        self._order = Order(saved.last if saved else None)
        self._outbox = Outbox(options.room_notes, options.room_bytes)
        self._writer = Writer(self.node, options, self._outbox, self._link("writer"), self._backoff())
        self._reader = Reader(
            options,
            saved.at if saved else BEGINNING,
            saved.index if saved else 0,
            self._link("reader"),
            self._backoff(),
            clock,
        )
        self._restating: deque[bytes] = deque()
        self._joining = True
        self._whole_at = clock()
        self._unsure_until = clock()
        self._asked_at: float | None = None
        self._answer_due: tuple[float, str] | None = None
        self._dropped_before = 0
        self.heard = self.missed = self.refused = 0

    def start(self) -> None:
        """Begin to talk to the server, whether it is there or not."""
        self._guard.state.sharing = True
        self._guard.state.unsure = True
        self._writer.start()
        self._reader.start()

    def close(self) -> None:
        """Send what waits, for at most the time of one command, and end both threads."""
        self.pump()
        self._writer.close(self._options.timeout_s if self.connected else 0.0)
        self._reader.close()
        self._guard.state.sharing = False

    def pump(self) -> int:
        """Hand over what the guard says, apply some of what the others say, and return how many notes were applied.

        Called by the owner at least every few milliseconds; never waits for the server.
        """
        state = self._guard.state
        notes = state.take_notes()
        if notes:
            self._outbox.put(notes)
        applied = self._apply()
        now = self._clock()
        self._attend_gaps(now)
        state.unsure = (
            self._joining
            or not self.connected
            or now < self._unsure_until
            or self.behind_s > self._options.timeout_s + self._options.block_s
        )
        return applied

    async def attend(self) -> None:
        """Pump until cancelled, on the event loop that owns the guard."""
        busy_until = 0.0
        while True:
            if self.pump() or len(self._outbox):
                busy_until = self._clock() + 0.1
            if self._reader.inbox:
                await asyncio.sleep(0)
            else:
                busy = self._clock() < busy_until
                await asyncio.sleep(self._options.window_s * (1 if busy else _IDLE_WINDOWS))

    @property
    def connected(self) -> bool:
        """Whether the server took and gave, the last time it was asked."""
        return (
            self._reader.connected and not self._writer.failing and self._reader.alive and self._writer.alive
        )

    @property
    def condition(self) -> Condition:
        if not self.connected:
            return Condition.LONELY
        if self._joining:
            return Condition.JOINING
        return Condition.BEHIND if self.behind else Condition.WHOLE

    @property
    def behind(self) -> bool:
        """Whether notes were missed, and nobody has answered for them yet."""
        return self._asked_at is not None

    @property
    def behind_s(self) -> float:
        """Seconds since this node had surely applied everything; below `block_s` plus a round trip when all is well."""
        return max(0.0, self._clock() - self._whole_at)

    @property
    def told(self) -> int:
        """Notes that this run of the node had for the others."""
        return self._outbox.told

    @property
    def buffered(self) -> int:
        """Notes of this node that the server does not have yet."""
        return len(self._outbox) + len(self._restating)

    @property
    def dropped(self) -> int:
        """Notes of this node that found no room while the server was away."""
        return self._outbox.dropped

    @property
    def sent(self) -> int:
        return self._writer.sent

    @property
    def error(self) -> str | None:
        """What went wrong last, None where nothing did."""
        return self._writer.error if self._writer.failing else self._reader.error

    def _link(self, role: str) -> Link:
        wait_s = self._options.timeout_s + (self._options.block_s if role == "reader" else 0.0)
        return Link(self._options.url, wait_s, f"revenuer-{role}-{self.node}")

    def _backoff(self) -> Backoff:
        return Backoff(*self._options.backoff_s, np.random.default_rng(self._rng.integers(2**63)))

    def _apply(self) -> int:
        applied, moved = 0, False
        inbox = self._reader.inbox
        while inbox and applied < _NOTES_AT_ONCE:
            match inbox.popleft():
                case Read() as read:
                    applied += self._take(read)
                    moved, last = True, read
                case Lost(gap):
                    self._lose(gap)
                case Whole(at):
                    self._become_whole(at)
        if moved:
            self._guard.state.put_position(
                msgspec.msgpack.encode(
                    Position(stream=self._options.stream, at=last.at, index=last.index, last=self._order.last)
                )
            )
        return applied

    def _take(self, read: Read) -> int:
        match read.entry:
            case Notes() as entry:
                notes, missed = self._order.take(entry, joining=self._joining)
                for note in notes:
                    self._guard.hear(note)
                self.heard += len(notes)
                if missed and entry.node != self.node:
                    self.missed += missed
                    self._fall_behind()
                return len(notes)
            case Ask(node) if node != self.node and not self._joining:
                # One that missed notes itself answers only where nobody else does.
                first = 2 * _ANSWER_WITHIN_S if self.behind else 0.0
                self._answer_due = (
                    self._clock() + first + float(self._rng.uniform(0, _ANSWER_WITHIN_S)),
                    read.at,
                )
            case Answer(node, asked) if node != self.node:
                if self._answer_due is not None and self._answer_due[1] == asked:
                    self._answer_due = None
                self._asked_at = None
            case None:
                self.refused += 1
        return 0

    def _lose(self, gap: Gap) -> None:
        self._joining = True
        if gap is Gap.TRIMMED:
            self._fall_behind()
        else:
            self._restate()

    def _fall_behind(self) -> None:
        self._unsure_until = self._clock() + self._options.horizon_s
        if self._asked_at is None:
            self._asked_at = -math.inf

    def _become_whole(self, at: float) -> None:
        self._whole_at = max(self._whole_at, at)
        if self._joining:
            self._joining = False
            self._restate()

    def _restate(self) -> None:
        self._restating = deque(self._guard.state.restated())

    def _attend_gaps(self, now: float) -> None:
        """Ask, answer, and state again, as far as there is room."""
        if not self.connected:
            return
        if self._asked_at is not None and not self._joining and now - self._asked_at >= _ASK_EVERY_S:
            self._asked_at = now
            self._writer.say(Ask(self.node))
        if self._answer_due is not None and now >= self._answer_due[0]:
            self._writer.say(Answer(self.node, self._answer_due[1]))
            self._answer_due = None
            self._restate()
        if self._outbox.dropped != self._dropped_before:
            self._dropped_before = self._outbox.dropped
            self._restate()
        if self._restating:
            # Half of the room stays for what happens now.
            several = min(len(self._restating), self._outbox.room // 2)
            self._outbox.put([self._restating.popleft() for _ in range(several)])

"""The thread that reads the shared order, this node's own notes included, and hands it to the thread that owns the guard."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from revenuer.guard.fleet.entry import Entry, EntryError, read_entry
from revenuer.guard.fleet.link import Backoff, Link, LinkError
from revenuer.guard.fleet.options import FleetOptions
from revenuer.guard.fleet.position import BEGINNING
from revenuer.guard.fleet.retained import NOTHING_RETAINED, Gap, Retained, gap_since

_COUNT = 256
"""Entries read in one go."""

_INBOX = 2048
"""Entries read ahead of the owner at most; the rest stays with the server."""


@dataclass(frozen=True, slots=True)
class Read:
    """One entry; `entry` is None where it was refused. `index`: how many entries the stream had ever had up to here."""

    at: str
    index: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Lost:
    """What was read before and what comes next do not join."""

    gap: Gap


@dataclass(frozen=True, slots=True)
class Whole:
    """At `time` (the fleet's clock) everything that the server had was read."""

    time: float


class Reader:
    """`connected`: the server answered last time. `error`: why not. `inbox`: what the owner has not taken yet, in order."""

    def __init__(
        self,
        options: FleetOptions,
        at: str,
        index: int,
        link: Link,
        backoff: Backoff,
        clock: Callable[[], float],
    ) -> None:
        self._options = options
        self._at = at
        self._index = index
        self._link = link
        self._backoff = backoff
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet-reader", daemon=True)
        self.inbox: deque[Read | Lost | Whole] = deque()
        self.connected = False
        self.error: str | None = None

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        """End, once the command under way has been answered or has timed out."""
        self._stop.set()
        self._thread.join()
        self._link.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._join()
                while not self._stop.is_set():
                    self._read()
            except LinkError as error:
                self.connected, self.error = False, str(error)
                self._stop.wait(self._backoff.next_s())

    def _join(self) -> None:
        """Find this node's place in the stream as it is now."""
        retained = _retained(self._link, self._options.stream)
        gap = gap_since(self._at, self._index, retained)
        if gap is Gap.RESET:
            self._at = BEGINNING
        if gap is not Gap.NONE:
            self.inbox.append(Lost(gap))
        if gap is not Gap.NONE or self._at == BEGINNING:
            self._index = retained.trimmed
        self.connected = True
        self._backoff.reset()

    def _read(self) -> None:
        if len(self.inbox) > _INBOX:
            self._stop.wait(0.002)
            return
        began = self._clock()
        answer = self._link.command(
            *("XREAD", "COUNT", _COUNT, "BLOCK", int(self._options.block_s * 1000)),
            *("STREAMS", self._options.stream, self._at),
        )
        entries = _entries(answer)
        for at, fields in entries:
            self._at = at.decode()
            self._index += 1
            self.inbox.append(Read(self._at, self._index, self._entry(fields)))
        if len(entries) < _COUNT:
            # Nothing waited when the server looked: at the end of the call if it blocked for nothing, at its beginning at least.
            self.inbox.append(Whole(began if entries else self._clock()))
        if not entries:
            # A server that came back empty answers as one that has no news: its memory is compared with ours.
            self._join()

    def _entry(self, fields: dict[bytes, bytes]) -> Entry | None:
        try:
            return read_entry(fields, self._options.key)
        except EntryError as error:
            self.error = str(error)
            return None


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """Return the entries in an answer to XREAD of one stream."""
    if not answer:
        return []
    [stream] = answer.items() if isinstance(answer, dict) else answer
    return list(stream[1])


def _retained(link: Link, stream: str) -> Retained:
    """Ask what the stream holds. Raises LinkError."""
    if not link.command("EXISTS", stream):
        return NOTHING_RETAINED
    try:
        told = link.command("XINFO", "STREAM", stream)
    except LinkError as error:
        if "no such key" in str(error):
            return NOTHING_RETAINED
        raise
    facts = dict(zip(told[::2], told[1::2], strict=True))
    first = facts[b"first-entry"]
    return Retained(
        length=facts[b"length"],
        first=first[0].decode() if first else BEGINNING,
        last=facts[b"last-generated-id"].decode(),
        added=facts.get(b"entries-added"),
    )

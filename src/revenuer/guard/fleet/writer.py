"""The thread that sends this node's notes: gathered into entries, several entries in one round trip, each until it is surely there."""

import threading
from collections import deque

from revenuer.guard.fleet.entry import Entry, Notes, write_entry
from revenuer.guard.fleet.link import Backoff, Link, LinkError
from revenuer.guard.fleet.options import FleetOptions
from revenuer.guard.fleet.outbox import Outbox
from revenuer.guard.fleet.position import entry_id

_ENTRIES = 32
"""Entries sent in one round trip at most."""

_TRIM_EVERY = 1000
"""Entries between two cuts by age."""


class Writer:
    """After a failure it sends the same notes under the same numbers: readers skip what had arrived after all.

    `failing`: the last attempt failed. `error`: why.
    """

    def __init__(
        self, node: str, options: FleetOptions, outbox: Outbox, link: Link, backoff: Backoff
    ) -> None:
        self._node = node
        self._options = options
        self._outbox = outbox
        self._link = link
        self._backoff = backoff
        self._control: deque[Entry] = deque()
        self._until_trim = 0
        self._stop = threading.Event()
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet-writer", daemon=True)
        self.failing = False
        self.error: str | None = None
        self.sent = 0

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def say(self, entry: Entry) -> None:
        """Send an entry that holds no notes; it is lost if the server is away."""
        self._control.append(entry)

    def close(self, wait_s: float) -> None:
        """Send what waits, for at most `wait_s`, and end."""
        self._idle.clear()
        self._idle.wait(wait_s)
        self._stop.set()
        self._thread.join()
        self._link.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            waiting = self._outbox.wait(self._options.window_s * 20) or bool(self._control)
            if not waiting and not self.failing:
                self._idle.set()
                continue
            try:
                self._send() if waiting else self._link.command("PING")
            except LinkError as error:
                self.failing, self.error = True, str(error)
                self._stop.wait(self._backoff.next_s())
            else:
                self.failing = False
                self._backoff.reset()

    def _send(self) -> None:
        """Send everything that waits, in one round trip."""
        entries = self._gathered()
        while self._control:
            entries.append(self._control.popleft())
        if not entries:
            return
        answers = self._link.commands([self._words(entry) for entry in entries])
        for entry in entries:
            if isinstance(entry, Notes):
                self._outbox.sent(entry.first + len(entry.notes) - 1)
                self.sent += len(entry.notes)
        self._trim(len(entries), answers[-1].decode())

    def _gathered(self) -> list[Entry]:
        first, notes = self._outbox.oldest(
            _ENTRIES * self._options.batch_notes, _ENTRIES * self._options.batch_bytes
        )
        entries: list[Entry] = []
        batch: list[bytes] = []
        size = 0
        for note in notes:
            if batch and (
                len(batch) == self._options.batch_notes or size + len(note) > self._options.batch_bytes
            ):
                entries.append(Notes(self._node, first, batch))
                first, batch, size = first + len(batch), [], 0
            batch.append(note)
            size += len(note)
        return [*entries, Notes(self._node, first, batch)] if batch else entries

    def _words(self, entry: Entry) -> list[str | bytes | int]:
        words: list[str | bytes | int] = [
            "XADD",
            self._options.stream,
            "MAXLEN",
            "~",
            self._options.entries,
            "*",
        ]
        for name, value in write_entry(entry, self._options.key).items():
            words += [name, value]
        return words

    def _trim(self, added: int, at: str) -> None:
        """Cut entries older than the horizon, by the server's clock as its last id tells it: a node's own may be wrong."""
        self._until_trim -= added
        if self._until_trim <= 0:
            self._until_trim = _TRIM_EVERY
            oldest = entry_id(at)[0] - int(self._options.horizon_s * 1000)
            self._link.command("XTRIM", self._options.stream, "MINID", "~", max(0, oldest))

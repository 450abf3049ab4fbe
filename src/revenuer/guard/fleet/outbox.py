"""Notes that wait to be sent, numbered, in bounded memory: the oldest go when there is no room."""

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice


class Outbox:
    """Filled by the thread that owns the guard, emptied by the writer. A note keeps its number for good, so that sending it twice is
    noticed; numbers that were dropped are missing from the stream, and the readers see how many."""

    def __init__(self, room_notes: int, room_bytes: int) -> None:
        self._room_notes = room_notes
        self._room_bytes = room_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._first = 1
        self._news = threading.Condition()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def told(self) -> int:
        """How many notes were ever put here."""
        with self._news:
            return self._first - 1 + len(self._waiting)

    @property
    def room(self) -> int:
        """How many more notes fit."""
        return max(0, self._room_notes - len(self._waiting))

    def put(self, notes: Sequence[bytes]) -> None:
        """Add notes at the end."""
        with self._news:
            for note in notes:
                self._waiting.append(note)
                self._bytes += len(note)
            while len(self._waiting) > self._room_notes or self._bytes > self._room_bytes:
                self._pop()
                self.dropped += 1
            self._news.notify()

    def wait(self, timeout_s: float) -> bool:
        """Return whether something waits, after at most `timeout_s`."""
        with self._news:
            return self._news.wait_for(lambda: bool(self._waiting), timeout_s)

    def oldest(self, most_notes: int, most_bytes: int) -> tuple[int, list[bytes]]:
        """Return the oldest notes and the number of the first; they stay. At least one, if any waits."""
        with self._news:
            taken: list[bytes] = []
            size = 0
            for note in islice(self._waiting, most_notes):
                size += len(note)
                if taken and size > most_bytes:
                    break
                taken.append(note)
            return self._first, taken

    def sent(self, last: int) -> None:
        """Forget the notes up to number `last`."""
        with self._news:
            while self._waiting and self._first <= last:
                self._pop()

    def _pop(self) -> None:
        self._bytes -= len(self._waiting.popleft())
        self._first += 1

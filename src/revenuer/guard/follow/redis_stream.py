"""A Redis or Valkey stream, read by a consumer group: an entry is acknowledged when what it led to is in the books."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from revenuer.guard.fleet.link import Backoff, Link, LinkError
from revenuer.guard.follow.source import Line

_CLAIM_EVERY_S = 30.0
_CLAIM_AFTER_MS = 60_000
"""An entry that another consumer took and did not acknowledge for so long is taken over: that consumer is dead."""


class RedisStream:
    """A `Source`. `field` holds the JSON. `consumer` names this follower within `group`, the same after a restart: what it had not
    settled comes again. `start`: where a group begins that is not there yet."""

    def __init__(
        self,
        link: Link,
        stream: str,
        backoff: Backoff,
        *,
        group: str,
        consumer: str,
        field: str,
        start: Literal["beginning", "end"],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = stream
        self._link = link
        self._stream = stream
        self._backoff = backoff
        self._group = group
        self._consumer = consumer
        self._field = field.encode()
        self._start = "0" if start == "beginning" else "$"
        self._clock = clock
        self._unsettled: dict[bytes, None] = {}
        self._settled: list[bytes] = []
        self._joined = self._ended = False
        self._pending_from: str | None = "0"
        self._number = 0
        self._retry_at = self._claim_at = 0.0
        self._away = False
        self._news: list[str] = []

    @property
    def ended(self) -> bool:
        return self._ended

    def read(self, most: int) -> list[Line]:
        """Return new entries; first those that this consumer took earlier and never settled."""
        if self._clock() < self._retry_at:
            return []
        try:
            entries = self._entries(most)
        except LinkError as error:
            self._fail(error)
            return []
        if self._away:
            self._away = False
            self._news.append("is back")
        self._backoff.reset()
        return [self._line(entry, fields) for entry, fields in entries if entry not in self._unsettled]

    def position(self) -> None:
        """The server keeps it."""

    def settle(self) -> None:
        """Acknowledge what was handed out; what the server does not take now is acknowledged the next time."""
        self._settled += self._unsettled
        self._unsettled = {}
        try:
            while self._settled:
                self._link.command("XACK", self._stream, self._group, *self._settled[:1000])
                del self._settled[:1000]
        except LinkError as error:
            self._fail(error)

    def news(self) -> list[str]:
        news, self._news = self._news, []
        return news

    def close(self) -> None:
        self._link.close()

    def _entries(self, most: int) -> list[tuple[bytes, Mapping[bytes, bytes] | None]]:
        if not self._joined:
            self._join()
        if self._pending_from is not None:
            entries = self._read_group(most, self._pending_from)
            self._pending_from = entries[-1][0].decode() if entries else None
            if entries:
                return entries
        if self._clock() >= self._claim_at:
            self._claim_at = self._clock() + _CLAIM_EVERY_S
            claimed = self._claim(most)
            if claimed:
                return claimed
        entries = self._read_group(most, ">")
        self._ended = not entries
        return entries

    def _join(self) -> None:
        try:
            self._link.command("XGROUP", "CREATE", self._stream, self._group, self._start, "MKSTREAM")
        except LinkError as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._joined = True

    def _read_group(self, most: int, after: str) -> list[tuple[bytes, Mapping[bytes, bytes] | None]]:
        answer = self._link.command(
            *("XREADGROUP", "GROUP", self._group, self._consumer, "COUNT", most),
            *("STREAMS", self._stream, after),
        )
        if not answer:
            return []
        [(_, entries)] = answer
        return list(entries)

    def _claim(self, most: int) -> list[tuple[bytes, Mapping[bytes, bytes] | None]]:
        answer: Any = self._link.command(
            *("XAUTOCLAIM", self._stream, self._group, self._consumer, _CLAIM_AFTER_MS, "0-0", "COUNT", most)
        )
        return [(entry, _mapping(fields)) for entry, fields in answer[1]]

    def _line(self, entry: bytes, fields: Mapping[bytes, bytes] | None) -> Line:
        self._unsettled[entry] = None
        self._number += 1
        place = entry.decode()
        if not fields:
            return Line(b"", self._number, place, "has left the stream before it was read")
        data = fields.get(self._field)
        if data is None:
            return Line(b"", self._number, place, f"has no field {self._field.decode()}")
        return Line(data, self._number, place)

    def _fail(self, error: LinkError) -> None:
        self._retry_at = self._clock() + self._backoff.next_s()
        # An answer that got lost has put entries on this consumer's list: they are read again from there.
        self._pending_from = "0"
        self._ended = False
        if "NOGROUP" in str(error):
            # The server came back without the group: all that is there came since.
            self._joined, self._start = False, "0"
        if not self._away:
            self._away = True
            self._news.append(f"is away ({error}); trying again")


def _mapping(fields: Any) -> Mapping[bytes, bytes] | None:
    """Return an entry's fields from the server's flat list; None where the entry is gone."""
    if fields is None or isinstance(fields, dict):
        return fields
    return dict(zip(fields[::2], fields[1::2], strict=True))

"""The requests seen lately, so that a line that comes again is not counted again."""

from revenuer.guard.event import Event

ROOM = 100_000
"""Requests remembered. A source hands out again at most what was not settled, a second's worth or so."""


class RequestWindow:
    """Knows a request by its id, account and time together: a client that chooses its own request ids cannot hide behind another's."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._seen: dict[int, None] = {}

    def is_new(self, event: Event) -> bool:
        """Return whether `event` was not seen among the last `room` ones, and remember it."""
        key = hash((event.request_id, event.account_id, event.timestamp))
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > self._room:
            del self._seen[next(iter(self._seen))]
        return True

"""The body of one ASGI request: read up to a bound, then given to the application as if nobody had read it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]


class RequestBody:
    """`start`: the bytes read. `complete`: whether they are the whole body. `abandoned`: the client went away while sending."""

    def __init__(self, receive: Callable[[], Awaitable[Message]]) -> None:
        self._receive = receive
        self._more = True
        self._replayed = False
        self.start = b""
        self.complete = False
        self.abandoned = False

    async def read(self, most: int) -> None:
        """Read the body, or the pieces of it that reach beyond `most` bytes."""
        pieces: list[bytes] = []
        size = 0
        while self._more and size <= most:
            message = await self._receive()
            if message["type"] != "http.request":
                self.abandoned = True
                return
            piece = message.get("body", b"")
            pieces.append(piece)
            size += len(piece)
            self._more = message.get("more_body", False)
        self.start = b"".join(pieces)
        self.complete = not self._more and size <= most

    def replace(self, body: bytes) -> None:
        """Put `body` in the place of the whole body."""
        self.start = body

    async def replay(self) -> Message:
        """Return the body once, in one message; then whatever else the client sends (the rest of a long body, its leaving)."""
        if self._replayed:
            return await self._receive()
        self._replayed = True
        body, self.start = self.start, b""
        return {"type": "http.request", "body": body, "more_body": self._more}

"""Answers of one turn of the event loop, sent together at its end."""

import asyncio
from time import monotonic


class Cork:
    """Holds what is to be sent until the turn is over: a gateway that waits for several answers is woken once, not at each."""

    def __init__(self) -> None:
        self._held: list[tuple[asyncio.Transport, bytes]] = []
        self._began: float | None = None

    def turn(self, loop: asyncio.AbstractEventLoop) -> float:
        """Return when the loop's present turn began, by the monotonic clock: what came in with it has waited since then."""
        if self._began is None:
            self._began = monotonic()
            loop.call_soon(self.flush)
        return self._began

    def __len__(self) -> int:
        """How many answers wait for the turn's end."""
        return len(self._held)

    def put(self, transport: asyncio.Transport, data: bytes) -> None:
        """Send `data` at the end of the turn that `turn` was asked for."""
        self._held.append((transport, data))

    def flush(self) -> None:
        """Send what is held. Called before anything is written past the cork, so that answers keep their order."""
        self._began = None
        held, self._held = self._held, []
        for transport, data in held:
            if not transport.is_closing():
                transport.write(data)

"""Asks a guard that lives in the front's own process."""

import asyncio
from collections.abc import Callable

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.guard import Guard
from revenuer.records import Decision

FLUSH_S = 1.0
"""Seconds between two hand-overs to the journal: what a crash may cost at most."""


class InProcessJudge:
    """Owns `guard`: no other thread or loop may call it. `close`: called after the last flush (to close the journal)."""

    def __init__(self, guard: Guard, closing: Callable[[], None] | None = None) -> None:
        self._guard = guard
        self._closing = closing
        self._flushing: asyncio.Task[None] | None = None

    async def decide(self, event: Event) -> Decision:
        self._keep_flushing()
        return self._guard.decide(event)

    async def learn(self, aftermath: Aftermath) -> None:
        self._guard.learn(aftermath)

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        self._guard.flush()
        if self._closing is not None:
            self._closing()
            self._closing = None

    def _keep_flushing(self) -> None:
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush_for_ever())

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self._guard.flush()

"""Asks a guard that lives in the front's own process."""

import asyncio

from revenuer.guard.event import Aftermath, Event
from revenuer.guard.guard import Guard
from revenuer.guard.http.books import Books
from revenuer.guard.journal import SqliteJournal
from revenuer.records import Decision

FLUSH_S = 0.5
"""Seconds between two hand-overs to the journal."""


class InProcessJudge:
    """Owns `guard`, and `journal` if that is its: no other thread or loop may call them."""

    def __init__(self, guard: Guard, journal: SqliteJournal | None = None) -> None:
        self._guard = guard
        self._journal = journal
        self._books = Books(guard, journal)
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
        self._books.flush()
        if self._journal is not None:
            self._journal.close()

    def _keep_flushing(self) -> None:
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush_for_ever())

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self._books.flush()

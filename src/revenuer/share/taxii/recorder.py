"""Writes down what is about to be served, many responses at once, before any of them leaves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from revenuer.share.taxii.stored import Served, Store, StoreFault


class Recorder:
    """One writer a process. While it waits for the disk, further responses gather for the next write: the more are asked for, the fewer
    writes each costs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "taxii-record")
        self._waiting: list[tuple[Served, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, served: Served) -> None:
        """Return when `served` is on disk. Raises StoreFault where it cannot be put there: then nothing may leave."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((served, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        await done

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                fault: StoreFault | None = None
                try:
                    await loop.run_in_executor(self._thread, self._store.record, [one for one, _ in batch])
                except StoreFault as error:
                    fault = error
                for _, done in batch:
                    if done.done():
                        continue
                    if fault is None:
                        done.set_result(None)
                    else:
                        done.set_exception(StoreFault(str(fault)))
        finally:
            self._writing = None

    def close(self) -> None:
        self._thread.shutdown()

"""The ledger's file beside a running guard: read at the start, written now and then without holding up answers, and at the end."""

import asyncio
import logging
import threading
from pathlib import Path
from time import monotonic, perf_counter

from revenuer.guard.memory import MemoryCopy, load_memory
from revenuer.guard.state import GuardState
from revenuer.records import InputError, ResourceError

PAUSE_S = 0.005
"""Between two steps of the copying, in which requests get their turn."""


class MemoryFile:
    """`fault`: why the file does not hold what it should, None if it does. `longest_step_s`: that answers were held up at once."""

    def __init__(self, path: Path, state: GuardState) -> None:
        self.path = path
        self.fault: str | None = None
        self.longest_step_s = 0.0
        self._state = state
        self._saved_at = monotonic()
        self._writing = threading.Lock()
        self._log = logging.getLogger("revenuer.guard")

    def load(self) -> None:
        """Take the file back, before any fact is restored. One that does not fit is set aside, and the guard starts without it."""
        if not self.path.exists():
            self._log.info("no memory yet", extra={"path": str(self.path)})
            return
        try:
            load_memory(self.path, self._state)
        except InputError as error:
            self.fault = f"started without memory: {error}"
            aside = self.path.with_name(f"{self.path.name}.refused")
            self._log.error("started without memory", extra={"why": str(error), "set_aside": str(aside)})
            try:
                self.path.replace(aside)
            except OSError as failed:
                raise InputError(
                    f"{error} (it cannot be set aside: {failed.strerror}; move it away)"
                ) from failed
            return
        self._log.info("memory restored", extra={"accounts": len(self._state.ledger)})

    async def keep(self, every_s: float) -> None:
        """Write the file every `every_s` seconds, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            await self._save_between_requests()

    def save(self) -> None:
        """Write the file at once: where nobody waits for an answer."""
        self._write(MemoryCopy(self._state).finish())

    def gauges(self) -> dict[str, tuple[str, float]]:
        """Return name -> (help, value)."""
        return {
            "memory_age_seconds": ("Seconds since the ledger was written to its file.", monotonic() - self._saved_at),
            "memory_longest_step_seconds": ("Longest step of copying the ledger, in which no answer is given.", self.longest_step_s),
        }  # fmt: skip

    async def _save_between_requests(self) -> None:
        """Write the file. The copy, half a gigabyte for a million accounts, is gone when this returns."""
        copy = await asyncio.to_thread(MemoryCopy, self._state)
        while self._step(copy):
            await asyncio.sleep(PAUSE_S)
        await asyncio.to_thread(self._write, copy)

    def _step(self, copy: MemoryCopy) -> bool:
        began = perf_counter()
        more = copy.step()
        self.longest_step_s = max(self.longest_step_s, perf_counter() - began)
        return more

    def _write(self, copy: MemoryCopy) -> None:
        with self._writing:
            try:
                copy.write(self.path)
            except ResourceError as error:
                if self.fault is None:
                    self._log.error("the memory is not written", extra={"why": str(error)})
                self.fault = str(error)
                return
            self.fault = None
            self._saved_at = monotonic()

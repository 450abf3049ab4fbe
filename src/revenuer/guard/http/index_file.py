"""The campaign index that the service was started with, and newer ones that take its place while requests go on."""

import asyncio
import logging
from enum import StrEnum
from time import time

from revenuer.detect.campaign_index import CampaignIndex
from revenuer.guard.guard import Guard
from revenuer.guard.http.metrics import Metrics
from revenuer.guard.index_watch import IndexWatch
from revenuer.records import InputError


class Look(StrEnum):
    """What a look at the file found."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    BAD = "bad"


class IndexFile:
    """Reads the file in a thread, since that takes a second for each GB, and puts it in force between two requests."""

    def __init__(self, watch: IndexWatch, guard: Guard, metrics: Metrics) -> None:
        self._watch = watch
        self._guard = guard
        self._metrics = metrics
        self._reading = asyncio.Lock()
        self._log = logging.getLogger("revenuer.guard")
        self.taken_at = 0.0

    @property
    def fault(self) -> str | None:
        """Why the file that has the name now is not in force; None if it is."""
        return self._watch.error

    def load(self) -> None:
        """Put the file in force before the first request. Raises InputError where it is bad."""
        index = self._watch.poll()
        if index is None:
            raise InputError(self._watch.error or f"{self._watch.path} holds no campaign index")
        self._take(index)

    async def look(self) -> Look:
        """Put a newer file in force, if there is one. A bad one is logged and counted once; the old one stays."""
        async with self._reading:
            before = self.fault
            index = await asyncio.to_thread(self._watch.poll)
            if index is not None:
                self._take(index)
                self._metrics.reloaded("index", "ok")
                self._log.info("reloaded", extra={"what": "index"})
                return Look.LOADED
            if self.fault is None:
                return Look.UNCHANGED
            if self.fault != before:
                self._metrics.reloaded("index", "bad")
                self._log.error("kept the old one", extra={"what": "index", "why": self.fault})
            return Look.BAD

    def _take(self, index: CampaignIndex) -> None:
        self._guard.use_index(index)
        self.taken_at = time()

"""Files that the service takes anew when they change: the policy, the keys, the campaign index. A bad one is kept out."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import NamedTuple

from revenuer.guard.http.metrics import Metrics
from revenuer.records import InputError, RevenuerError


class _Look(NamedTuple):
    modified_ns: int
    size: int
    inode: int


class Watched:
    """One file. `take` is given its path and raises RevenuerError where it is bad: what was taken before then stays in force."""

    def __init__(self, name: str, path: Path, take: Callable[[Path], None], metrics: Metrics) -> None:
        self.name = name
        self.path = path
        self.taken_at = 0.0
        self.fault: str | None = None
        self._take = take
        self._metrics = metrics
        self._look: _Look | None = None
        self._digest = b""
        self._log = logging.getLogger("revenuer.guard")

    def load(self) -> None:
        """Take the file. Raises RevenuerError where it is bad."""
        look, digest = self._seen()
        self._take(self.path)
        self._look, self._digest = look, digest
        self.taken_at = time()
        self.fault = None

    def look(self) -> bool:
        """Take the file if it has changed; return whether it was taken. A bad one is logged and counted once for each change."""
        try:
            look = self._stat()
            if look == self._look:
                return False
            look, digest = self._seen()
        except InputError as error:
            if self.fault is None:
                self._bad(error)
            return False
        if digest == self._digest and self.fault is None:
            self._look = look
            return False
        try:
            self.load()
        except RevenuerError as error:
            self._look = look
            self._bad(error)
            return False
        self._metrics.reloaded(self.name, "ok")
        self._log.info("reloaded", extra={"what": self.name})
        return True

    def _bad(self, error: RevenuerError) -> None:
        self.fault = str(error)
        self._metrics.reloaded(self.name, "bad")
        self._log.error("kept the old one", extra={"what": self.name, "why": self.fault})

    def _seen(self) -> tuple[_Look, bytes]:
        look = self._stat()
        try:
            with self.path.open("rb") as file:
                return look, hashlib.file_digest(file, "sha256").digest()
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from error

    def _stat(self) -> _Look:
        try:
            stat = self.path.stat()
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from error
        return _Look(stat.st_mtime_ns, stat.st_size, stat.st_ino)

"""A file that is taken anew when it changes; one with faults is not, and the last good one stays in force."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from revenuer.records import InputError

T = TypeVar("T")
LOOK_S = 1.0


class Watched(Generic[T]):
    """Looks at the file at most once in `LOOK_S` seconds, when asked for its content. `read` raises InputError; the first reading lets it through."""

    def __init__(self, path: Path, read: Callable[[], T]) -> None:
        self._path, self._read = path, read
        self._stamp = self._stamped()
        self._value = read()
        self._looked = monotonic()

    def __call__(self) -> T:
        now = monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                self._take()
        return self._value

    def _take(self) -> None:
        log = logging.getLogger("revenuer.share.taxii")
        try:
            self._value = self._read()
        except InputError as error:
            log.error("a changed file was not taken; the one before stays in force: %s", error)
        else:
            log.info("took %s anew", self._path.name)

    def _stamped(self) -> tuple[int, ...]:
        try:
            found = os.stat(self._path)
        except OSError:
            return ()
        return (found.st_mtime_ns, found.st_size, found.st_ino)

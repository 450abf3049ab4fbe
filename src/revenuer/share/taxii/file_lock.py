"""A lock between processes that is handed over at once, and falls with the process that held it."""

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType


class FileLock:
    """SQLite's own waiting sleeps ever longer between looks: under load the unlucky wait a tenth of a second for a lock that was free long ago.

    Open it after forking: two processes with one open file share the lock.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._threads = threading.Lock()

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        os.close(self._file)

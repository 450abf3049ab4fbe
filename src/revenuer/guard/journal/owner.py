"""One process owns a journal: the lock that says which."""

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from revenuer.records import ResourceError, UsageError


class OwnerLock:
    """Holds `JOURNAL.lock` until it is released or the process ends, however it ends. The file stays; the lock on it is what counts.

    A lock file of its own, because SQLite drops its locks when anybody in the process closes another handle of the database.
    """

    def __init__(self, journal: Path) -> None:
        """Take the lock. Raises UsageError that names the process which holds it, ResourceError where no lock can be made."""
        path = journal.with_name(journal.name + ".lock")
        try:
            self._file: IO[str] = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - held open for as long as the lock
        except OSError as error:
            raise ResourceError(
                f"cannot make the lock file {path} ({error.strerror}); choose a folder you can write to"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = self._holder()
            self._file.close()
            raise UsageError(
                f"the journal {journal} is in use by {holder}; stop that one first, or name another journal"
            ) from error
        self._sign(path)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        self._file.close()

    def _holder(self) -> str:
        self._file.seek(0)
        return self._file.read(200).strip() or "another process"

    def _sign(self, path: Path) -> None:
        try:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(f"process {os.getpid()} on {socket.gethostname()}")
            self._file.flush()
        except OSError as error:
            self._file.close()
            raise ResourceError(
                f"cannot write the lock file {path} ({error.strerror}); free some space and start again"
            ) from error

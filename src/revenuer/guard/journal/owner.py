"""One process owns a journal: the lock that says which."""

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

from revenuer.records import ResourceError, UsageError


class OwnerLock:
    """Holds `JOURNAL.lock` until it is released or the process ends, however it ends. The file stays; the lock on it is what counts.

    A lock file of its own, because SQLite drops its locks when anybody in the process closes another handle of the database.
    """

    def __init__(self, journal: Path) -> None:
        """Take the lock. Raises UsageError that names the process which holds it, ResourceError where no lock can be made."""
        path = journal.with_name(journal.name + ".lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ResourceError(
                f"cannot make the lock file {path} ({error.strerror}); choose a folder you can write to"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(self._file)
            raise UsageError(
                f"the journal {journal} is in use by {holder}; stop that one first, or name another journal"
            ) from error
        # The name is for people: a full disk must not keep a guard from starting for want of it.
        with suppress(OSError):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

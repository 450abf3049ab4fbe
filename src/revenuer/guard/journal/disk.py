"""The writer's hold on the journal's file: writes batches, remembers failures, opens the file anew after one."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from revenuer.guard.journal.backlog import Backlog
from revenuer.guard.journal.database import check, connect, prepare_to_write
from revenuer.guard.journal.retention import prune
from revenuer.guard.journal.settings import JournalSettings
from revenuer.guard.journal.transaction import write_backlog
from revenuer.records import ResourceError, RevenuerError


class Disk:
    """Used by one thread; other threads may read the attributes. `failed_since`: microseconds UTC of the first failure since the last
    success, `error`: its words."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, settings: JournalSettings, clock: Callable[[], int]
    ) -> None:
        self._path = path
        self._settings = settings
        self._clock = clock
        self._file = _identity(path)
        self._connection: sqlite3.Connection | None = connection
        self._batch = _last_batch(connection)
        self._dropped_told = 0
        self._merged_told = 0
        self.failed_since: int | None = None
        self.error: str | None = None
        self.stored_decisions = 0
        self.mended_rows = 0
        self.merged_changes = 0
        self.over_limit = False
        prepare_to_write(connection, settings.synchronous)

    def write(self, backlog: Backlog, dropped: int) -> bool:
        """Put `backlog` on disk, once and whole; return whether that is done. After a False the same backlog must come again.

        `dropped`: decisions dropped so far, which the journal notes as a gap as soon as it can.
        """
        try:
            connection = self._ready()
            if _last_batch(connection) == self._batch:
                self.mended_rows += write_backlog(connection, backlog, self._clock(), self._batch + 1)
            self._batch += 1
            self.stored_decisions += len(backlog.decisions)
            self.merged_changes += backlog.merged
            backlog.clear()
            self._note_gap(connection, dropped)
        except (sqlite3.Error, msgspec.MsgspecError, UnicodeDecodeError, RevenuerError, OSError) as error:
            self._failed(error)
            return False
        self.failed_since, self.error = None, None
        return True

    def prune(self) -> bool:
        """Delete some old decisions where the settings ask for it; return whether there are more."""
        if self._connection is None:
            return False
        try:
            more, self.over_limit = prune(
                self._connection, self._clock(), self._settings.keep_days, self._settings.max_bytes
            )
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._failed(error)
            return False
        return more

    def close(self) -> None:
        """Close the file; SQLite moves the write-ahead log into it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ready(self) -> sqlite3.Connection:
        """Return the connection, opened anew where the last write failed."""
        if _identity(self._path) != self._file:
            raise ResourceError(
                f"the journal {self._path} was removed or replaced while in use; put the file back, or start the guard anew"
            )
        if self._connection is None:
            connection = connect(self._path, "rw")
            try:
                check(self._path, connection)
                prepare_to_write(connection, self._settings.synchronous)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _note_gap(self, connection: sqlite3.Connection, dropped: int) -> None:
        lost, merged = dropped - self._dropped_told, self.merged_changes - self._merged_told
        if self.failed_since is None and not lost and not merged:
            return
        now = self._clock()
        error = self.error or "decisions came faster than the disk took them"
        connection.execute(
            "INSERT INTO gap (since, until, dropped, merged, error) VALUES (?, ?, ?, ?, ?)",
            (self.failed_since or now, now, lost, merged, error),
        )
        self._dropped_told, self._merged_told = dropped, self.merged_changes

    def _failed(self, error: Exception) -> None:
        if self.failed_since is None:
            self.failed_since = self._clock()
        self.error = str(error)
        self.close()


def _last_batch(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT batch FROM progress").fetchone()
    return int(row[0])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino

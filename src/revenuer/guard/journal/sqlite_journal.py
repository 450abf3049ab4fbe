"""The guard's journal in an SQLite file: takes decisions and durable facts without waiting, and has them on disk moments later."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from revenuer.guard.audit import AuditTrail
from revenuer.guard.journal.backlog import Backlog
from revenuer.guard.journal.database import CorruptJournalError, create_or_open, set_aside
from revenuer.guard.journal.disk import Disk
from revenuer.guard.journal.intake import Intake, wall_clock
from revenuer.guard.journal.owner import OwnerLock
from revenuer.guard.journal.reader import JournalReader
from revenuer.guard.journal.settings import JournalSettings, JournalStatus
from revenuer.guard.saved import Saved
from revenuer.records import ResourceError

PAUSE_S = 0.05
"""Least time between two commits, so that a guard that stores at every request does not flush the disk at every request."""

IDLE_S = 1.0
"""With nothing to write: how often measures that ran out are entered, and a failed disk is tried again."""

PRUNE_EVERY_S = 60.0
CLOSE_WITHIN_S = 30.0


class SqliteJournal:
    """Fits `guard.Journal`. One thread (the guard's) calls `record` and `store`; a thread of its own writes. `status` and `sync` may be
    called by anybody.

    After `kill -9` everything is there that was handed over `commit_interval_s` and one commit earlier. `clock` gives microseconds UTC.
    """

    def __init__(
        self,
        path: Path,
        settings: JournalSettings | None = None,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        """Open the journal, or make it. Raises UsageError where another process owns it, InputError where it is newer or something else,
        CorruptJournalError where it is damaged and the settings do not say to start empty, ResourceError where the disk does not let us."""
        settings = settings or JournalSettings()
        self.path = path
        self._settings = settings
        self._lock = OwnerLock(path)
        self._started_empty: str | None = None
        try:
            self._disk = self._open(clock)
        except BaseException:
            self._lock.release()
            raise
        self._intake = Intake(settings.keep == "all", settings.pending_decisions, clock)
        self.record = self._intake.record
        self._backlog = Backlog()
        self._stuck: Backlog | None = None
        self._turned = threading.Condition()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._asked = 0
        self._answered = 0
        self._failures = 0
        self._clean_at = time.monotonic()
        self._idle_until = 0.0
        self._prune_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def store(self, saved: list[Saved]) -> None:
        """Take durable facts; they are on their way to the disk at once."""
        self._intake.store(saved)
        self._wake.set()

    def load(self) -> Iterator[Saved]:
        """Yield the facts on disk, for `GuardState.restore`. What was handed over since is not among them before `sync`."""
        with JournalReader(self.path) as reader:
            yield from reader.facts()

    def sync(self, timeout_s: float = 10.0) -> None:
        """Wait until everything handed over before this call is on disk. Raises ResourceError where the disk does not take it in time."""
        with self._turned:
            self._asked += 1
            mine, failures = self._asked, self._failures
            self._wake.set()
            self._turned.wait_for(
                lambda: self._answered >= mine or self._failures > failures or not self._thread.is_alive(),
                timeout_s,
            )
            if self._answered < mine:
                raise ResourceError(self._unwritten())

    def status(self) -> JournalStatus:
        """Return the journal's health."""
        decisions, facts = self._intake.pending()
        waiting = [self._backlog, *([self._stuck] if self._stuck else [])]
        decisions += sum(len(one.decisions) for one in waiting)
        facts += sum(len(one.facts) + len(one.steps) for one in waiting)
        dead = not self._thread.is_alive() and not self._closing.is_set()
        failed = self._disk.failed_since
        return JournalStatus(
            lag_s=time.monotonic() - self._clean_at if decisions or facts or failed or dead else 0.0,
            failed_since=failed,
            error="the journal's writer has ended; start the guard anew" if dead else self._disk.error,
            pending_decisions=decisions,
            pending_facts=facts,
            stored_decisions=self._disk.stored_decisions,
            dropped_decisions=self._intake.dropped,
            merged_changes=self._disk.merged_changes + sum(one.merged for one in waiting),
            mended_rows=self._disk.mended_rows,
            over_limit=self._disk.over_limit,
            started_empty=self._started_empty,
        )

    def close(self) -> None:
        """Write what waits and let go of the file. Raises ResourceError where the disk does not take it: then it is lost, and how much is
        said. A second call does nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._wake.set()
        self._thread.join(CLOSE_WITHIN_S)
        status = self.status()
        if not self._thread.is_alive():
            self._lock.release()
        if self._thread.is_alive() or status.pending_decisions or status.pending_facts:
            raise ResourceError(self._unwritten())

    def _open(self, clock: Callable[[], int]) -> Disk:
        try:
            connection = create_or_open(self.path)
        except CorruptJournalError:
            if not self._settings.start_empty_if_corrupt:
                raise
            aside = set_aside(self.path)
            self._started_empty = (
                f"the journal was damaged, was renamed to {aside.name}, and the measures in it are forgotten"
            )
            connection = create_or_open(self.path)
        try:
            if self._started_empty is not None:
                AuditTrail(connection).tell("started_empty", self._started_empty, clock())
            return Disk(self.path, connection, self._settings, clock)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            connection.close()
            raise ResourceError(
                f"cannot write the journal {self.path} ({error}); check the disk and its permissions"
            ) from error

    def _run(self) -> None:
        """The writer's thread."""
        try:
            while not self._closing.is_set():
                self._wake.wait(self._settings.commit_interval_s)
                self._wake.clear()
                self._turn()
                self._closing.wait(PAUSE_S)
            self._turn()
        finally:
            self._disk.close()
            with self._turned:
                self._turned.notify_all()

    def _turn(self) -> None:
        """Write what waits, and prune when it is time."""
        asked = self._asked
        written = self._write_all()
        if written:
            self._prune()
        with self._turned:
            if written:
                self._answered = asked
            else:
                self._failures += 1
            self._turned.notify_all()

    def _write_all(self) -> bool:
        """Move what waits to the disk; return whether all of it is there."""
        emptied = False
        while not emptied:
            began = time.monotonic()
            emptied = self._intake.move_to(self._backlog)
            if self._stuck is not None:
                if not self._disk.write(self._stuck, self._intake.dropped):
                    return False
                self._stuck = None
            if not self._backlog and began < self._idle_until:
                self._clean_at = began
                return True
            self._idle_until = began + IDLE_S
            if not self._disk.write(self._backlog, self._intake.dropped):
                self._stuck, self._backlog = self._backlog, Backlog()
                return False
        self._clean_at = began
        return True

    def _prune(self) -> None:
        if time.monotonic() >= self._prune_at:
            more = self._disk.prune()
            self._prune_at = time.monotonic() + (0.0 if more else PRUNE_EVERY_S)

    def _unwritten(self) -> str:
        status = self.status()
        why = status.error or "the disk is too slow"
        return (
            f"the journal {self.path} does not take what it was given ({why}): {status.pending_decisions} decisions and"
            f" {status.pending_facts} facts wait; mend the disk, it is tried again by itself while the guard runs"
        )

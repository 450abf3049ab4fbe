"""Whether what the guard must not forget gets to its journal."""

import logging
from time import monotonic

from revenuer.guard.guard import Guard
from revenuer.guard.journal import JournalStatus, SqliteJournal
from revenuer.records import RevenuerError


class Books:
    """Flushes the guard, and knows whether that works. `journal`: the one that the guard was given, None without one."""

    def __init__(self, guard: Guard, journal: SqliteJournal | None = None) -> None:
        self._guard = guard
        self._journal = journal
        self._log = logging.getLogger("revenuer.guard")
        self._good_at = monotonic()
        self._told: str | None = None
        self._failed: str | None = None

    @property
    def fault(self) -> str | None:
        """What is wrong, None if nothing is."""
        return self._failed or (None if self._journal is None else self._journal.status().error)

    def flush(self) -> None:
        """Hand the journal what changed; a fault is logged once until it is over."""
        try:
            self._guard.flush()
            self._good_at = monotonic()
            self._failed = None
        except (RevenuerError, OSError) as error:
            self._failed = f"cannot be written: {type(error).__name__}"
        fault = self.fault
        if (fault is None) != (self._told is None):
            if fault is None:
                self._log.info("the journal is written again")
            else:
                self._log.error("the journal is not written", extra={"why": fault})
        self._told = fault

    def gauges(self) -> dict[str, tuple[str, float]]:
        """Return the gauges of the books: name -> (help, value)."""
        found = {
            "flush_lag_seconds": (
                "Seconds since the books were last handed to the journal.",
                monotonic() - self._good_at,
            )
        }
        if self._journal is not None:
            status: JournalStatus = self._journal.status()
            found |= {
                "journal_lag_seconds": ("Seconds since all that was handed over was on disk.", status.lag_s),
                "journal_pending_decisions": ("Decisions that wait for the disk.", float(status.pending_decisions)),
                "journal_dropped_decisions": ("Decisions lost since the start: the disk was away too long.", float(status.dropped_decisions)),
            }  # fmt: skip
        return found

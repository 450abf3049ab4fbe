"""What must outlive a crash: decisions, measures, evidence, policies and campaigns in an SQLite file; bulk arrays in a snapshot."""

from revenuer.guard.journal.database import CorruptJournalError
from revenuer.guard.journal.reader import JournalReader
from revenuer.guard.journal.settings import JournalSettings, JournalStatus
from revenuer.guard.journal.snapshot import Snapshot, read_snapshot, write_snapshot
from revenuer.guard.journal.sqlite_journal import SqliteJournal

__all__ = [
    "CorruptJournalError",
    "JournalReader",
    "JournalSettings",
    "JournalStatus",
    "Snapshot",
    "SqliteJournal",
    "read_snapshot",
    "write_snapshot",
]

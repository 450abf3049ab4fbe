"""The journal's file: its tables, and how it is opened and checked."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.guard.audit import AUDIT_TABLES
from revenuer.records import InputError, ResourceError

SCHEMA_VERSION = 1
"""Kept in `PRAGMA user_version`."""

APPLICATION_ID = 0x52564A31
"""Kept in `PRAGMA application_id`: the letters RVJ1."""

CHECKPOINT_PAGES = 4_000
"""Pages of 4 KiB after which SQLite moves the write-ahead log into the file: each time costs two waits for the disk."""

MARK_TABLES = (
    "CREATE TABLE IF NOT EXISTS marked (account_id TEXT NOT NULL, mark TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " requests INTEGER NOT NULL, PRIMARY KEY (account_id, mark)) WITHOUT ROWID",
)
"""`marked`: which marks answers to which account were to carry, from when to when. Never pruned. Journals from before there were marks get
the table when they are next opened to write."""

TABLES = (
    "CREATE TABLE fact (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, request_id TEXT NOT NULL, account_id TEXT NOT NULL,"
    " action TEXT NOT NULL, would TEXT NOT NULL, reason TEXT NOT NULL, campaign_id TEXT, log10_e REAL,"
    " retry_after_s INTEGER, limits TEXT)",
    "CREATE INDEX decision_account ON decision (account_id, timestamp)",
    "CREATE TABLE allowed (minute INTEGER PRIMARY KEY, requests INTEGER NOT NULL)",
    "CREATE TABLE campaign (campaign_id TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    " decisions INTEGER NOT NULL, unanswered INTEGER NOT NULL, log10_e REAL) WITHOUT ROWID",
    "CREATE TABLE gap (id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    " merged INTEGER NOT NULL, error TEXT NOT NULL)",
    "CREATE TABLE progress (batch INTEGER NOT NULL)",
    "INSERT INTO progress VALUES (0)",
    *AUDIT_TABLES,
    *MARK_TABLES,
)
"""`fact`: what the state handed out. `decision`: one row each. `allowed`: plain `allow` decisions by minute since 1970. `campaign`:
sums over decisions, which stay when those are pruned. `gap`: spells in which the disk took nothing, and what was dropped.
`progress`: number of the last batch, by which a writer knows after an error whether its commit came through all the same."""


class CorruptJournalError(InputError):
    """The journal's file is damaged: restore it from a backup, or start without it on purpose."""


def create_or_open(path: Path) -> sqlite3.Connection:
    """Return a connection to the journal at `path`, made if it is not there, whole and of this version. The caller owns the lock.

    Raises CorruptJournalError where the file is damaged, InputError where it is newer or something else, ResourceError where it cannot
    be opened or made.
    """
    if not path.exists():
        if path.with_name(path.name + "-wal").exists():
            raise _corrupt(path, "the file is gone, but its -wal is there")
        _create(path)
    connection = connect(path, "rw")
    try:
        check(path, connection)
        _check_length(path, connection)
        _check_whole(path, connection)
        with _explained(path):
            for table in MARK_TABLES:
                connection.execute(table)
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads, beside a guard that may be writing. Raises InputError as `create_or_open` does."""
    if not path.is_file():
        raise InputError(f"there is no journal at {path}; name the file that the guard was started with")
    connection = connect(path, "ro")
    try:
        check(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Return a raw connection; `mode` is SQLite's ro, rw or rwc. Raises ResourceError."""
    try:
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
    except sqlite3.OperationalError as error:
        raise ResourceError(
            f"cannot open the journal {path} ({error}); check the folder and its permissions"
        ) from error


def prepare_to_write(connection: sqlite3.Connection, synchronous: str) -> None:
    """Set what a writer needs on a fresh connection. Raises sqlite3.Error."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def check(path: Path, connection: sqlite3.Connection) -> None:
    """Raise InputError where the file is no journal, or one of a version that this program does not know."""
    with _explained(path):
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) == (0, 0) and _is_bare(connection):
        raise _corrupt(path, "it holds no tables")
    if application != APPLICATION_ID:
        raise InputError(f"{path} is an SQLite file, but no journal of a guard; name another file")
    if version > SCHEMA_VERSION:
        raise InputError(
            f"the journal {path} has schema version {version}, this program knows {SCHEMA_VERSION}: it was written by a newer Revenuer;"
            " upgrade, or name another journal"
        )
    if version < SCHEMA_VERSION:
        raise InputError(
            f"the journal {path} has schema version {version}, expected {SCHEMA_VERSION}; name another journal"
        )


def set_aside(path: Path) -> Path:
    """Rename a damaged journal with its side files, and return its new name. Raises ResourceError."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    try:
        for suffix in ("-wal", "-shm", ""):
            side = path.with_name(path.name + suffix)
            if side.exists():
                os.rename(side, target.with_name(target.name + suffix))
    except OSError as error:
        raise ResourceError(
            f"cannot rename the damaged journal {path} ({error.strerror}); move it away by hand"
        ) from error
    return target


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says about a file into an error with a next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise ResourceError(
                f"cannot use the journal {path} ({error}); check the disk and the permissions of the file and its folder"
            ) from error
        raise _corrupt(path, str(error)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged place in its message, and the module sqlite3 cannot decode that.
        raise _corrupt(path, "its text is no UTF-8") from error


def _create(path: Path) -> None:
    """Make an empty journal, whole or not at all: a file without tables is then always a damaged one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with _explained(path):
            connection = connect(partial, "rwc")
            try:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("BEGIN IMMEDIATE")
                for table in TABLES:
                    connection.execute(table)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                connection.execute("COMMIT")
            finally:
                connection.close()
        os.replace(partial, path)
    except OSError as error:
        raise ResourceError(
            f"cannot make the journal {path} ({error.strerror}); choose a folder you can write to"
        ) from error


def _is_bare(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])


def _check_length(path: Path, connection: sqlite3.Connection) -> None:
    """Check that the file ends where a page does: SQLite reads what is missing of the last one as zeros. A page that was being written
    when the power went is still in the write-ahead log."""
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    wal = path.with_name(path.name + "-wal")
    size = path.stat().st_size
    if size % page and not (wal.exists() and wal.stat().st_size):
        raise _corrupt(path, f"it was cut off: {size} bytes are no whole number of pages of {page}")


def _check_whole(path: Path, connection: sqlite3.Connection) -> None:
    """Check every page, and every index but that of the decisions: it alone would take ten seconds a GiB, and no measure rests on it."""
    with _explained(path):
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        checks = [
            "quick_check(3)",
            *(f"integrity_check('{table}')" for table in tables if table != "decision"),
        ]
        said = [row[0] for check in checks for row in connection.execute(f"PRAGMA {check}")]
    faults = [words for words in said if words != "ok"]
    if faults:
        raise _corrupt(path, "; ".join(faults[:3]))


def _corrupt(path: Path, why: str) -> CorruptJournalError:
    return CorruptJournalError(
        f"the journal {path} is damaged ({why}) and was left as it is; restore it from a backup, or start with"
        " start_empty_if_corrupt, which renames it and forgets the measures in it"
    )

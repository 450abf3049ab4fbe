"""The store in SQLite: one file of objects, and one of what was served, so that readers' records never wait for writers."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from revenuer.records import InputError
from revenuer.share.taxii.file_lock import FileLock
from revenuer.share.taxii.sql_store import Session, SqlStore
from revenuer.share.taxii.stored import StoreFault
from revenuer.share.taxii.tables import OBJECT_TABLES, SERVED_TABLES

BUSY_S = 30.0
PAGE_BYTES = 8192
"""Of the database's pages: several objects fit in one."""
MAPPED_BYTES = 4 << 30
CACHE_KIB = 32_768


class _Connection:
    """A session over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        return self._connection.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        return self._connection.execute(sql, parameters).rowcount

    def run_all(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._connection.executemany(sql, rows)


class SqliteStore(SqlStore):
    """A connection for each thread that asks, in WAL mode: readers see one moment and wait for nobody. Commits wait for the disk.

    Put the file on a local disk: WAL does not work on network file systems.
    """

    inline = True

    def __init__(self, path: Path) -> None:
        self._path, self._served_path = path, path.with_name(f"{path.name}-served")
        super().__init__()
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        try:
            self._turn, self._served_turn = (
                FileLock(one.with_name(f"{one.name}.lock")) for one in (path, self._served_path)
            )
            with self._writing() as session:
                for statement in OBJECT_TABLES:
                    session.run(statement)
                self._begin(session)
            with self._recording() as session:
                for statement in SERVED_TABLES:
                    session.run(statement)
        except (OSError, StoreFault) as error:
            raise InputError(
                f"cannot open the store {path}: {error}; check that its folder can be written to, or restore it from a copy"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with _transaction(self._connection, "DEFERRED") as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._turn, _transaction(self._connection, "IMMEDIATE") as session:
            yield session

    @contextmanager
    def _recording(self) -> Iterator[Session]:
        with self._served_turn, _transaction(self._served_connection, "IMMEDIATE") as session:
            yield session

    def close(self) -> None:
        with self._guard:
            for connection in self._open:
                connection.close()
            if self._open:
                self._turn.close()
                self._served_turn.close()
            self._open.clear()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "objects", None)
        if found is None:
            found = self._local.objects = self._opened(self._path)
        return found

    def _served_connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "served", None)
        if found is None:
            found = self._local.served = self._opened(self._served_path)
        return found

    def _opened(self, path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        with self._guard:
            self._open.append(connection)
        return connection


@contextmanager
def _transaction(opened: Callable[[], sqlite3.Connection], kind: str) -> Iterator[Session]:
    try:
        connection = opened()
        connection.execute(f"BEGIN {kind}")
        try:
            yield _Connection(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise StoreFault(f"SQLite: {error}") from error

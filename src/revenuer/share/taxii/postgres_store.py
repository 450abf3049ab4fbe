"""The store in PostgreSQL, for a server of several machines."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from revenuer.records import InputError, MissingDependencyError
from revenuer.share.taxii.sql_store import Session, SqlStore
from revenuer.share.taxii.stored import StoreFault
from revenuer.share.taxii.tables import OBJECT_TABLES, SERVED_TABLES

try:
    import psycopg
except ImportError as missing:
    raise MissingDependencyError(
        "a store in PostgreSQL needs psycopg; pip install 'revenuer[share]'"
    ) from missing

CONNECT_S = 10
STATEMENT_MS = 60_000
_MAKING = 0x7E7A11
"""Key of the advisory lock under which the tables are made."""


class _Connection:
    """A session over one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        return self._connection.execute(_dialect(sql), parameters, binary=True).fetchall()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        return self._connection.execute(_dialect(sql), parameters).rowcount

    def run_all(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_dialect(sql), rows)


class PostgresStore(SqlStore):
    """A connection for each thread that asks; one that broke is opened anew at the next question. Commits wait for the disk, whatever the
    database's own setting. Writers hold the row of `clock` until they have committed: date_added is in the order of commits."""

    inline = False

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()
        self._local = threading.local()
        self._open: list[psycopg.Connection[Any]] = []
        self._guard = threading.Lock()
        try:
            with self._transaction() as session:
                session.run(f"SELECT pg_advisory_xact_lock({_MAKING})")
                for statement in (*OBJECT_TABLES, *SERVED_TABLES):
                    session.run(_types(statement))
                self._begin(session)
        except StoreFault as error:
            raise InputError(
                f"cannot open the store in PostgreSQL: {error}; check the address, and that its user may make tables"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._transaction("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY") as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._transaction("SELECT last FROM clock FOR UPDATE") as session:
            yield session

    @contextmanager
    def _recording(self) -> Iterator[Session]:
        with self._transaction() as session:
            yield session

    def close(self) -> None:
        with self._guard:
            for connection in self._open:
                connection.close()
            self._open.clear()

    @contextmanager
    def _transaction(self, first: str | None = None) -> Iterator[Session]:
        try:
            connection = self._connection()
            with connection.transaction():
                session = _Connection(connection)
                if first is not None:
                    session.run(first)
                yield session
        except psycopg.Error as error:
            # The message of the driver may repeat the address, and with it a password.
            raise StoreFault(f"PostgreSQL: {type(error).__name__}: {_without_address(error)}") from error

    def _connection(self) -> psycopg.Connection[Any]:
        found: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if found is not None and not found.closed:
            return found
        found = psycopg.connect(
            self._address, autocommit=True, connect_timeout=CONNECT_S, application_name="revenuer-taxii"
        )
        found.prepare_threshold = 2
        found.execute("SET synchronous_commit = on")
        found.execute(f"SET statement_timeout = {STATEMENT_MS}")
        self._local.connection = found
        with self._guard:
            self._open = [one for one in self._open if not one.closed] + [found]
        return found


@lru_cache(maxsize=512)
def _dialect(sql: str) -> str:
    return sql.replace("?", "%s")


def _types(sql: str) -> str:
    numbered = sql.replace(
        "n INTEGER PRIMARY KEY, at", "n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at"
    )
    return numbered.replace("INTEGER", "BIGINT").replace("BLOB", "BYTEA")


def _without_address(error: psycopg.Error) -> str:
    primary = error.diag.message_primary
    return primary if primary is not None else "no connection to the server"

"""The house's books: one SQLite file in which every part of the exchange keeps its own tables."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.records import InputError

BUSY_S, PAUSE_S = 30.0, 0.01


@contextmanager
def open_books(path: Path, tables: tuple[str, ...]) -> Iterator[sqlite3.Connection]:
    """Open the books at `path` with the caller's `tables` (CREATE ... IF NOT EXISTS statements) in them.

    The caller opens transactions itself (`with books:`); what is committed survives a crash of the machine. Raises InputError where the
    file cannot be opened or is no database.
    """
    try:
        books = _opened(path)
        books.execute("PRAGMA synchronous = FULL")
        with books:
            for statement in tables:
                books.execute(statement)
    except sqlite3.Error as error:
        raise InputError(
            f"cannot open the books {path}: {error}; check that the folder can be written to, or restore the file from a copy"
        ) from error
    try:
        yield books
    finally:
        books.close()


def _opened(path: Path) -> sqlite3.Connection:
    """Return a connection to the books, in WAL mode.

    Where another connection closes as the last one at that moment, SQLite says "database is locked" at once, without the patience that it was
    asked for: then once more.
    """
    until = time.monotonic() + BUSY_S
    while True:
        books = sqlite3.connect(path, timeout=BUSY_S)
        try:
            books.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            books.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)
        except sqlite3.Error:
            books.close()
            raise
        else:
            return books

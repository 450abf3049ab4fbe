"""The house's books: one SQLite file in which every part of the exchange keeps its own tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.records import InputError

BUSY_S = 30.0


@contextmanager
def open_books(path: Path, tables: tuple[str, ...]) -> Iterator[sqlite3.Connection]:
    """Open the books at `path` with the caller's `tables` (CREATE ... IF NOT EXISTS statements) in them.

    The caller opens transactions itself (`with books:`); what is committed survives a crash of the machine. Raises InputError where the
    file cannot be opened or is no database.
    """
    try:
        books = sqlite3.connect(path, timeout=BUSY_S)
        books.execute("PRAGMA journal_mode = WAL")
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

"""Reads and writes many rows of an SQLite table with few statements.

The module `sqlite3` lets other threads run once a statement, and may wait five milliseconds to go on: a statement a row would hand the
interpreter back and forth thousands of times a second, while one statement for everything would keep it as its parameters are bound.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, islice

ROWS_AT_ONCE = 512
"""Rows of one statement: at most ten values each, of the 32,766 that SQLite takes."""

Row = tuple[object, ...]


def insert_rows(connection: sqlite3.Connection, statement: str, rows: Iterable[Row]) -> None:
    """Run `statement`, which ends in VALUES, for all rows. Raises sqlite3.Error."""
    for part in _parts(rows):
        connection.execute(f"{statement} {_marks(part)}", list(chain.from_iterable(part)))


def select_rows(connection: sqlite3.Connection, statement: str, keys: Iterable[Row]) -> Iterator[Row]:
    """Yield what `statement`, which ends in IN, finds for all keys. Raises sqlite3.Error."""
    for part in _parts(keys):
        yield from connection.execute(
            f"{statement} (VALUES {_marks(part)})", list(chain.from_iterable(part))
        ).fetchall()


def delete_rows(connection: sqlite3.Connection, statement: str, keys: Iterable[Row]) -> None:
    """Run `statement`, which ends in IN, for all keys. Raises sqlite3.Error."""
    for part in _parts(keys):
        connection.execute(f"{statement} (VALUES {_marks(part)})", list(chain.from_iterable(part)))


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while part := list(islice(source, ROWS_AT_ONCE)):
        yield part


def _marks(part: list[Row]) -> str:
    one = f"({', '.join('?' * len(part[0]))})"
    return ", ".join([one] * len(part))

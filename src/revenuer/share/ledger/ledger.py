"""The ledger as the books keep it: entries are on disk when `append` returns, and only then may the bytes leave."""

import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from revenuer.records import InputError
from revenuer.share.ledger.entry import EMPTY, Departure, LedgerHead, placed, sealed

LEDGER_TABLES = (
    "CREATE TABLE IF NOT EXISTS ledger (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS ledger_kept BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS ledger_fixed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END",
)
"""The triggers stop slips, not attackers: against those there is the chain, and its head kept elsewhere."""

LINES_AT_ONCE = 10_000


class _Seal(msgspec.Struct):
    sha256: str


class Ledger:
    """Appends to the ledger of opened books (with LEDGER_TABLES), and reads it. Several processes may append at once."""

    def __init__(self, books: sqlite3.Connection) -> None:
        self._books = books

    def append(self, *departures: Departure) -> LedgerHead:
        """Enter departures, all or none, and return the head once they are on disk.

        Inside the caller's own transaction they stand when that is committed: commit before the bytes leave.
        """
        if self._books.in_transaction:
            return self._enter(departures)
        self._books.execute("BEGIN IMMEDIATE")
        with self._books:
            return self._enter(departures)

    def head(self) -> LedgerHead:
        """Return the end of the chain. Raises InputError where the last line was overwritten: nothing may be appended to that."""
        row = self._books.execute(
            "SELECT seq, CAST(line AS BLOB) FROM ledger ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return EMPTY
        try:
            return LedgerHead(row[0], msgspec.json.decode(row[1], type=_Seal).sha256)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(
                f"line {row[0]} of the ledger was overwritten: see `revenuer share ledger verify`, and restore the books from a copy"
            ) from error

    def lines(self) -> Iterator[str]:
        """Yield the lines, oldest first, as they are kept."""
        last = 0
        while rows := self._books.execute(
            "SELECT seq, line FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?", (last, LINES_AT_ONCE)
        ).fetchall():
            yield from (str(row[1]) for row in rows)
            last = rows[-1][0]

    def _enter(self, departures: Iterable[Departure]) -> LedgerHead:
        head = self.head()
        for one in departures:
            text, digest = sealed(placed(one, head))
            head = LedgerHead(head.seq + 1, digest)
            self._books.execute("INSERT INTO ledger VALUES (?, ?)", (head.seq, text))
        return head

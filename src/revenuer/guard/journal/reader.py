"""Reads a journal without owning it: beside a guard that runs, or after one that does not."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import msgspec

from revenuer.guard.audit import ANNOUNCED
from revenuer.guard.journal.database import open_to_read
from revenuer.guard.journal.marks import Served
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Standing
from revenuer.records import InputError


class JournalReader:
    """A context manager; what it yields is the journal as it stood when the reading of it began."""

    def __init__(self, path: Path) -> None:
        """Open the journal. Raises InputError where there is none, or none of this version."""
        self.path = path
        self._connection = open_to_read(path)
        self._connection.execute("BEGIN")

    def __enter__(self) -> "JournalReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def facts(self) -> Iterator[Saved]:
        """Yield what the state handed out, by kind and key."""
        marks = ", ".join("?" * len(ANNOUNCED))
        with self._readable():
            yield from map(
                Saved._make,
                self._connection.execute(
                    f"SELECT kind, key, value FROM fact WHERE kind NOT IN ({marks}) ORDER BY kind, key",
                    sorted(ANNOUNCED),
                ),
            )

    def measures(self) -> Iterator[Standing]:
        """Yield the measures that the state handed out last, ended ones too, by account."""
        with self._readable():
            for key, value in self._connection.execute(
                "SELECT key, value FROM fact WHERE kind = 'standing' ORDER BY key"
            ):
                try:
                    yield msgspec.msgpack.decode(value, type=Standing)
                except msgspec.MsgspecError as error:
                    raise InputError(
                        f"the journal {self.path} holds a measure against {key} that this version cannot read; upgrade, or restore a backup"
                    ) from error

    def marks(self) -> Iterator[Served]:
        """Yield which marks answers to which account were to carry, by account; none from a journal of before there were marks."""
        with self._readable():
            if self._connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'marked'").fetchone():
                yield from map(
                    Served._make,
                    self._connection.execute(
                        "SELECT account_id, mark, first, last, requests FROM marked ORDER BY account_id, first, mark"
                    ),
                )

    def audit_lines(self) -> Iterator[str]:
        """Yield the audit log, one entry a line, oldest first; a line that is no Unicode any more with marks in its place, for `verify`
        to name."""
        with self._readable():
            for (line,) in self._connection.execute("SELECT CAST(line AS BLOB) FROM audit ORDER BY seq"):
                yield (line or b"").decode("utf-8", "replace")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot read the journal {self.path} ({error}); it may be damaged: restore it from a backup"
            ) from error

"""What every log format answers: is this record yours, and what exchanges does it hold?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from revenuer.ingest.paths import Record

Row = dict[str, object]
"""Canonical column -> value as it came; `conform` casts it."""


class Mapper(Protocol):
    """One log format. A mapper may keep state between the records of one file, so each file gets its own."""

    name: str

    def recognises(self, record: Record) -> str | None:
        """Return why `record` is of this format, or None."""

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the exchanges in `record`: none where it holds no model call. Never raises for what is in it."""

    def ignored(self) -> Iterable[str]:
        """Return the fields met so far that no column is made from."""

    def notes(self) -> Iterable[str]:
        """Return, at the end of a file, sentences about what was left out."""


AccountPaths = Mapping[str, Sequence[str]]
"""Format name -> field paths, the first that holds a value being the account."""


class Seen:
    """The fields of the records that went by, less those that are understood; bounded, since keys may be anything."""

    LIMIT = 1000

    def __init__(self, understood: Iterable[str]) -> None:
        self._understood = frozenset(understood)
        self._others: set[str] = set()

    def note(self, record: Record) -> None:
        """Take down the fields of `record` that are not understood."""
        if not record.keys() <= self._understood and len(self._others) < self.LIMIT:
            self._others.update(
                str(key)[:200] for key in list(record)[: self.LIMIT] if key not in self._understood
            )

    def others(self) -> list[str]:
        """Return the fields that are not understood, in order."""
        return sorted(self._others)[: self.LIMIT]

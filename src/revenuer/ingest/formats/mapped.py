"""Records of the user's own shape, read by a mapping file."""

from collections.abc import Iterable, Mapping

from revenuer.ingest.mapper import Row
from revenuer.ingest.messages import conversation
from revenuer.ingest.paths import Record, first_of, lookup
from revenuer.records import REQUIRED_COLUMNS


class MappedMapper:
    """Reads each canonical column from the path that the mapping names.

    The extra name `messages` stands for a list of chat messages: prompt, system_prompt, turn and
    reasoning_signature come from it where the mapping does not name them.
    """

    name = "mapped"

    def __init__(self, columns: Mapping[str, tuple[str, ...]]) -> None:
        self._columns = {name: paths for name, paths in columns.items() if name != "messages"}
        self._messages = columns.get("messages")

    def recognises(self, record: Record) -> str | None:
        """Recognise by the mapped paths of the required columns."""
        if all(first_of(record, self._columns.get(name, (name,))) is not None for name in REQUIRED_COLUMNS):
            return "holds what the mapping file names for every required column"
        return None

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the one exchange that the record is."""
        row: Row = {}
        if self._messages is not None:
            row.update(conversation(first_of(record, self._messages)))
        for name, paths in self._columns.items():
            row[name] = lookup(record, paths[0]) if len(paths) == 1 else first_of(record, paths)
        return (row,)

    def ignored(self) -> Iterable[str]:
        """Return nothing: leaving the rest out is what a mapping is for."""
        return ()

    def notes(self) -> Iterable[str]:
        """Return nothing."""
        return ()

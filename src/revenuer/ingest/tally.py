"""What was met while reading: counts for each source, columns seen, columns left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from revenuer.ingest.result import SourceReport
from revenuer.records import OPTIONAL_COLUMNS


@dataclass(slots=True)
class SourceTally:
    """The counts of one source while it is read."""

    file: str
    format: str = ""
    why: str = ""
    rows: int = 0
    quarantined: int = 0
    duplicates: int = 0
    outside_window: int = 0
    notes: list[str] = field(default_factory=list)

    def report(self) -> SourceReport:
        """Return the counts for good."""
        return SourceReport(
            file=self.file,
            format=self.format,
            why=self.why,
            rows=self.rows,
            quarantined=self.quarantined,
            duplicates=self.duplicates,
            outside_window=self.outside_window,
            notes=tuple(self.notes),
        )


@dataclass(slots=True)
class Tally:
    """The counts of all sources."""

    sources: list[SourceTally] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)

    def missing(self, optional: Iterable[str] = OPTIONAL_COLUMNS) -> tuple[str, ...]:
        """Return the optional columns that no row has a value in, in schema order."""
        return tuple(name for name in optional if name not in self.filled)

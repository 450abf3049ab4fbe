"""Where rows go once they are cast: bad ones to the quarantine, good ones of the window to Parquet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from revenuer.ingest.conform import Conformed
from revenuer.ingest.idhash import hash_ids
from revenuer.ingest.parts import PartWriter
from revenuer.ingest.quarantine import Quarantine
from revenuer.ingest.tally import Tally
from revenuer.ingest.values import EPOCH, MICROSECOND
from revenuer.records import OPTIONAL_COLUMNS, UsageError

SKEW = timedelta(days=1)
"""How far a row's time may run ahead of the clock of the machine that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Microseconds since 1970: rows in [since, until) are kept; later than `late` needs a second look."""

    since: int | None
    until: int | None
    late: int

    @property
    def open(self) -> bool:
        """Whether no row is cut."""
        return self.since is None and self.until is None

    def mask(self, micros: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which times are inside."""
        inside = np.ones(len(micros), dtype=bool)
        if self.since is not None:
            inside &= micros >= self.since
        if self.until is not None:
            inside &= micros < self.until
        return inside


def window(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """Return the window from `since` to `until`, times without a zone being UTC. Raises UsageError if it is empty."""
    start, end = (None if time is None else _micros(time) for time in (since, until))
    if start is not None and end is not None and start >= end:
        raise UsageError(
            f"--since {since} is not before --until {until}: exchange them or choose a longer window"
        )
    return Window(since=start, until=end, late=_micros(now + SKEW))


def _micros(time: datetime) -> int:
    return ((time.replace(tzinfo=UTC) if time.tzinfo is None else time) - EPOCH) // MICROSECOND


@dataclass(slots=True)
class Sink:
    """Takes cast batches of the sources in turn."""

    writer: PartWriter
    quarantine: Quarantine
    window: Window
    tally: Tally
    on_progress: Callable[[int], None] | None
    seen: int = 0

    def accept(
        self, source: int, conformed: Conformed, lines: npt.NDArray[np.int64], excerpt: Callable[[int], str]
    ) -> None:
        """Take every row of a batch; `lines` are their places in the source, `excerpt(row)` what one looked like."""
        tally = self.tally.sources[source]
        batch = conformed.batch
        for row, reason in sorted(conformed.bad.items()):
            self.reject(source, int(lines[row]), reason, excerpt(row))
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[list(conformed.bad)] = False
        micros = micros_of(batch.column("timestamp"))
        if not self.window.open:
            inside = self.window.mask(micros)
            tally.outside_window += int(np.count_nonzero(keep & ~inside))
            keep &= inside
        if not keep.all():
            batch, micros, lines = batch.filter(pa.array(keep)), micros[keep], lines[keep]
        if batch.num_rows:
            late = np.flatnonzero(micros > self.window.late)
            hashes = hash_ids(batch.column("request_id"))
            self.writer.write(batch, source, hashes, late, lines[late])
        self.note_filled(batch)
        tally.rows += batch.num_rows
        self.progress(batch.num_rows)

    def reject(self, source: int, line: int, reason: str, excerpt: str) -> None:
        """Quarantine one row."""
        tally = self.tally.sources[source]
        self.quarantine.add(tally.file, line, reason, excerpt)
        tally.quarantined += 1

    def note_filled(self, batch: pa.RecordBatch) -> None:
        """Take down which optional columns hold a value."""
        for name in OPTIONAL_COLUMNS:
            if name not in self.tally.filled:
                column = batch.column(name)
                if column.null_count < len(column):
                    self.tally.filled.add(name)

    def progress(self, rows: int) -> None:
        """Tell the caller how many rows have been read so far."""
        self.seen += rows
        if self.on_progress is not None:
            self.on_progress(self.seen)


def micros_of(times: pa.Array) -> npt.NDArray[np.int64]:
    """Return a timestamp column as microseconds; nulls, which are bad rows, as 0."""
    numbers: npt.NDArray[np.int64] = times.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return numbers

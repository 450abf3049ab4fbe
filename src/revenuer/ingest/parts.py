"""The Parquet files that reading yields, with what must be known of their rows until the last file has been read."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.ingest.diskwrite import aside, resource_errors
from revenuer.ingest.idhash import Hashes
from revenuer.records import EXCHANGE_SCHEMA

PART_ROWS = 1_000_000
GROUP_ROWS = 50_000
_GROUP_BYTES = 64 << 20
_DISTINCT = frozenset({"request_id", "timestamp", "prompt", "response", "reasoning_signature"})
_CODED = [name for name in EXCHANGE_SCHEMA.names if name not in _DISTINCT]

Positions = npt.NDArray[np.int64]


@dataclass(slots=True)
class Part:
    """One file of the result. `runs` says from which row on rows come from which source.

    `late` are positions of rows whose time lies ahead of the clock, `late_lines` their lines in their source.
    """

    path: Path
    owned: bool
    rows: int = 0
    hashes: list[Hashes] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)
    late: list[Positions] = field(default_factory=list)
    late_lines: list[Positions] = field(default_factory=list)

    def add(self, source: int, hashes: Hashes, late: Positions, late_lines: Positions) -> None:
        """Take down rows of `source` that follow the last one; `late` counts from the first of them."""
        if not self.runs or self.runs[-1][1] != source:
            self.runs.append((self.rows, source))
        if late.size:
            self.late.append(late + self.rows)
            self.late_lines.append(late_lines)
        self.hashes.append(hashes)
        self.rows += len(hashes)

    def source_of(self, row: int) -> int:
        """Return the source that the row came from."""
        starts = [start for start, _ in self.runs]
        return self.runs[int(np.searchsorted(starts, row, side="right")) - 1][1]


class PartWriter:
    """Writes batches into `workdir/exchanges-NNNNN.parquet`, a million rows a file, each renamed when whole."""

    def __init__(self, workdir: Path) -> None:
        self._workdir = workdir
        self._writer: pq.ParquetWriter | None = None
        self._count = 0
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self.parts: list[Part] = []

    def write(
        self, batch: pa.RecordBatch, source: int, hashes: Hashes, late: Positions, late_lines: Positions
    ) -> None:
        """Append `batch` (EXCHANGE_SCHEMA, at least a row) to the open file."""
        if self._writer is None:
            self._open()
        part = self.parts[-1]
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self._waiting_bytes += batch.nbytes
        if self._waiting_rows >= GROUP_ROWS or self._waiting_bytes >= _GROUP_BYTES:
            self._flush()
        part.add(source, hashes, late, late_lines)
        if part.rows >= PART_ROWS:
            self.close()

    def _flush(self) -> None:
        """Write what waits as one row group."""
        if self._writer is None or not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting, schema=EXCHANGE_SCHEMA)
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0
        with resource_errors(self.parts[-1].path):
            self._writer.write_table(table)

    def _open(self) -> None:
        path = self._workdir / f"exchanges-{self._count:05d}.parquet"
        self._count += 1
        with resource_errors(path):
            self._writer = parquet_writer(aside(path))
        self.parts.append(Part(path=path, owned=True))

    def pass_through(self, part: Part) -> None:
        """Put a file that needs no change in its place among the others."""
        self.close()
        self.parts.append(part)

    def close(self) -> None:
        """Finish the open file."""
        if self._writer is None:
            return
        self._flush()
        path = self.parts[-1].path
        with resource_errors(path):
            writer, self._writer = self._writer, None
            writer.close()
            aside(path).replace(path)

    def abandon(self) -> None:
        """Remove whatever was written; for when reading fails."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with suppress(OSError, pa.ArrowException):
                writer.close()
        for part in self.parts:
            if part.owned:
                aside(part.path).unlink(missing_ok=True)
                part.path.unlink(missing_ok=True)


def parquet_writer(path: Path) -> pq.ParquetWriter:
    """Return a writer of EXCHANGE_SCHEMA to `path`; light compression, since the files are read once or twice."""
    return pq.ParquetWriter(path, EXCHANGE_SCHEMA, compression="snappy", use_dictionary=_CODED)

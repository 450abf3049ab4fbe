"""decisions.parquet: one row a request, written as the replay goes."""

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import DECISION_SCHEMA, Decision

ROWS = 65_536
"""Decisions held before they are written: one row group."""


class DecisionFile:
    """Writes decisions in the order they come. A context manager; raises OSError where the disk does."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, DECISION_SCHEMA, compression="zstd")
        self._held: list[Decision] = []

    def add(self, decision: Decision) -> None:
        self._held.append(decision)
        if len(self._held) >= ROWS:
            self._write()

    def _write(self) -> None:
        if self._held:
            columns = [[getattr(one, name) for one in self._held] for name in DECISION_SCHEMA.names]
            arrays = [
                pa.array(values, field.type) for values, field in zip(columns, DECISION_SCHEMA, strict=True)
            ]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=DECISION_SCHEMA))
            self._held.clear()

    def __enter__(self) -> "DecisionFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write()
        finally:
            self._writer.close()

"""Rows from many cohorts, sorted by time within a fixed memory: spilled to time buckets, then sorted bucket by bucket."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.simulate.traffic import RANGE_SCHEMA

_SPILL_SCHEMA = RANGE_SCHEMA.append(pa.field("is_harvest", pa.bool_()))


class TimeBuckets:
    """Spill files, one per equal slice of the log's time. Add rows in any order; read them back in order of time."""

    def __init__(self, folder: Path, start_us: int, horizon_us: int, buckets: int) -> None:
        self._start, self._width, self._count = start_us, horizon_us // buckets + 1, buckets
        self._paths = [folder / f"{number:05d}.arrow" for number in range(buckets)]
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writers = [pa.ipc.new_file(str(path), _SPILL_SCHEMA, options=options) for path in self._paths]

    def add(self, rows: pa.Table, harvest: np.ndarray) -> None:
        """Spill the rows of one cohort."""
        rows = rows.append_column("is_harvest", pa.array(harvest))
        moment = rows["timestamp"].cast(pa.int64()).to_numpy()
        bucket = np.clip((moment - self._start) // self._width, 0, self._count - 1)
        order = np.argsort(bucket, kind="stable")
        rows = rows.take(pa.array(order))
        edges = np.searchsorted(bucket[order], np.arange(self._count + 1))
        for number in range(self._count):
            if edges[number + 1] > edges[number]:
                self._writers[number].write_table(
                    rows.slice(edges[number], edges[number + 1] - edges[number])
                )

    def in_order(self) -> Iterator[pa.Table]:
        """Each bucket's rows by time, earliest bucket first; its spill file is then removed."""
        for writer in self._writers:
            writer.close()
        for path in self._paths:
            with pa.ipc.open_file(str(path)) as reader:
                rows = reader.read_all()
            path.unlink()
            if rows.num_rows:
                yield rows.take(
                    pc.sort_indices(rows, sort_keys=[("timestamp", "ascending"), ("request_id", "ascending")])
                )

"""Opening and walking Parquet files that may be cut, damaged or hostile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import InputError

MAGIC = b"PAR1"
BATCH_ROWS = 65_536
_BATCH_BYTES = 64 << 20
_LEAST_ROWS = 256


@contextmanager
def parquet(path: Path, name: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file; whatever Arrow says of its bytes, then or later, becomes an InputError."""
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        detail = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            f"{name} is not a whole Parquet file ({detail}): it was cut short or damaged; copy or export it again"
        ) from error


def batches(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches of about 64 MB at most, by what the file says of its own size."""
    rows = max(1, file.metadata.num_rows)
    size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
    fitting = int(_BATCH_BYTES / max(1.0, size / rows))
    yield from file.iter_batches(batch_size=max(_LEAST_ROWS, min(BATCH_ROWS, fitting)), columns=columns)

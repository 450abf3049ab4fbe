"""What the detection pipeline asks of the machinery that runs it; everything else speaks SQL and Arrow."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

Kernel = Callable[[pa.RecordBatch], pa.RecordBatch]
"""A pure function from one record batch to another; it keeps no state between batches."""


class Engine(Protocol):
    """Runs SQL in DuckDB's dialect and kernels over record batches, spilling to disk where memory ends."""

    @property
    def threads(self) -> int:
        """Threads that kernels run on."""

    def read_parquet(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable as the table `name`, matched by column name."""

    def create(self, name: str, query: str) -> None:
        """Store the result of `query` as the table `name`, replacing one of that name."""

    def insert(self, name: str, query: str) -> None:
        """Add the result of `query` to the table `name`, made by `create`."""

    def query(self, query: str) -> pa.Table:
        """Return the result of `query` in memory."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable as `name`."""

    def map_batches(self, name: str, query: str, kernel: Kernel, schema: pa.Schema) -> None:
        """Store `kernel` applied to each batch of `query` as the table `name`, whose columns are `schema`."""

    def stream(self, query: str, kernel: Kernel) -> Iterator[pa.RecordBatch]:
        """Yield `kernel` applied to each batch of `query`, in order."""

    def write_parquet(self, query: str, path: Path) -> None:
        """Write the result of `query` to the Parquet file `path`."""

    def drop(self, name: str) -> None:
        """Forget the table `name` and free what it held."""

    def close(self) -> None:
        """Free everything; the engine is not used again."""

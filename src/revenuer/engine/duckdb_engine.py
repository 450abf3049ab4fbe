"""The embedded engine: DuckDB in this process. No other file names it."""

import errno
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.engine.base import Kernel
from revenuer.records import ResourceError

BATCH_ROWS = 65_536
"""Most rows of one record batch: enough to amortise the call."""
BATCH_BYTES = 64 << 20
"""A batch of long prompts ends earlier, at this size or at READ_ROWS rows."""
READ_ROWS = 2_048
"""Rows asked of DuckDB at a time: one of its vectors."""
_EXHAUSTED = ("No space left", "Out of Memory", "max_temp_directory_size")
"""What DuckDB says in errors of other kinds that follow from a full disk or memory."""


class DuckDBEngine:
    """Runs the pipeline in this process; intermediate tables are Parquet files or DuckDB tables under `workdir`.

    `memory_mb` bounds DuckDB's own memory (beyond it, it spills to `workdir`); kernels hold at most
    `threads + 1` batches besides.
    """

    def __init__(self, workdir: Path, *, memory_mb: int = 2000, threads: int = 2) -> None:
        self._workdir = workdir
        self._threads = threads
        self._views: dict[str, Path] = {}
        self._serial = 0
        with self._disk(), self._translated():
            workdir.mkdir(parents=True, exist_ok=True)
            self._con = duckdb.connect(str(workdir / "scratch.duckdb"))
        self._con.execute(f"SET memory_limit='{memory_mb}MB'")
        self._con.execute(f"SET threads={threads}")
        self._con.execute(f"SET temp_directory='{_quoted(workdir / 'spill')}'")
        self._con.execute("SET TimeZone='UTC'")
        # It would be drawn on stdout, where results go.
        self._con.execute("SET enable_progress_bar=false")
        self._con.execute("CREATE MACRO unix_micros(t) AS epoch_us(t)")

    @property
    def threads(self) -> int:
        """Threads that kernels run on."""
        return self._threads

    def read_parquet(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet files readable as the table `name`, matched by column name."""
        listed = ", ".join(f"'{_literal(file)}'" for file in files)
        self._run(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet([{listed}], union_by_name=true)"
        )

    def create(self, name: str, query: str) -> None:
        """Store the result of `query` as the table `name`, replacing one of that name."""
        with self._unordered():
            self._run(f"CREATE OR REPLACE TABLE {name} AS {query}")

    def insert(self, name: str, query: str) -> None:
        """Add the result of `query` to the table `name`, made by `create`."""
        with self._unordered():
            self._run(f"INSERT INTO {name} {query}")

    def query(self, query: str) -> pa.Table:
        """Return the result of `query` in memory."""
        with self._translated():
            return self._con.sql(query).to_arrow_table()

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable as `name`."""
        self._con.register(name, table)

    def map_batches(self, name: str, query: str, kernel: Kernel, schema: pa.Schema) -> None:
        """Store `kernel` applied to each batch of `query` as the table `name`, whose columns are `schema`.

        Kernels run on `threads` threads (they release the GIL); the order of rows is kept.
        """
        self._serial += 1
        path = self._workdir / f"{name}-{self._serial}.parquet"
        with self._disk():
            writer = pq.ParquetWriter(
                path, schema, compression="lz4", use_dictionary=False, write_statistics=False
            )
        try:
            for batch in self.stream(query, kernel):
                with self._disk():
                    writer.write_batch(batch)
        finally:
            with self._disk():
                writer.close()
        replaced = self._views.get(name)
        self.read_parquet(name, [path])
        self._views[name] = path
        if replaced is not None:
            replaced.unlink(missing_ok=True)

    def stream(self, query: str, kernel: Kernel) -> Iterator[pa.RecordBatch]:
        """Yield `kernel` applied to each batch of `query`, in order."""
        with self._translated(), ThreadPoolExecutor(self._threads) as pool:
            reader = self._con.sql(query).to_arrow_reader(READ_ROWS)
            yield from _in_order(pool, kernel, _gathered(reader), self._threads + 1)

    def write_parquet(self, query: str, path: Path) -> None:
        """Write the result of `query` to the Parquet file `path`."""
        self._run(f"COPY ({query}) TO '{_quoted(path)}' (FORMAT PARQUET, COMPRESSION ZSTD)")

    def drop(self, name: str) -> None:
        """Forget the table `name` and free what it held."""
        path = self._views.pop(name, None)
        if path is None:
            self._run(f"DROP TABLE IF EXISTS {name}")
        else:
            self._run(f"DROP VIEW IF EXISTS {name}")
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Free everything; the engine is not used again."""
        self._con.close()

    def __enter__(self) -> "DuckDBEngine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, query: str) -> None:
        with self._translated():
            self._con.execute(query)

    @contextmanager
    def _unordered(self) -> Iterator[None]:
        """Let rows land in any order: it saves holding them back."""
        self._con.execute("SET preserve_insertion_order=false")
        try:
            yield
        finally:
            # A full disk can leave a connection that takes no more commands: the first error is the one to tell.
            with suppress(duckdb.FatalException):
                self._con.execute("SET preserve_insertion_order=true")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as error:
            exhausted = isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException)
            if not exhausted and not any(words in str(error) for words in _EXHAUSTED):
                raise
            raise ResourceError(
                f"the scan ran out of memory or disk under {self._workdir}: {_first_line(error)}; free some, or pass "
                "--memory / --workdir with more"
            ) from error

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _as_resource_error(error, self._workdir) from error


def _gathered(reader: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join small batches up to BATCH_ROWS rows and BATCH_BYTES bytes."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in reader:
        if held and (rows + batch.num_rows > BATCH_ROWS or size + batch.nbytes > BATCH_BYTES):
            yield pa.concat_batches(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if held:
        yield pa.concat_batches(held)


def _in_order(
    pool: ThreadPoolExecutor, kernel: Kernel, batches: Iterator[pa.RecordBatch], ahead: int
) -> Iterator[pa.RecordBatch]:
    waiting: deque[Future[pa.RecordBatch]] = deque()
    for batch in batches:
        waiting.append(pool.submit(kernel, batch))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _first_line(error: Exception) -> str:
    """Return the line that tells the cause, or else the first."""
    lines = str(error).splitlines() or [type(error).__name__]
    return next((line for line in lines if any(words in line for words in _EXHAUSTED)), lines[0])


def _literal(path: Path) -> str:
    """Return the path as a pattern that matches it alone."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in _quoted(path))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _as_resource_error(error: OSError, workdir: Path) -> ResourceError:
    if error.errno == errno.ENOSPC:
        return ResourceError(f"the disk that holds {workdir} is full; free some or pass --workdir elsewhere")
    return ResourceError(f"cannot write under {workdir}: {error}; pass --workdir elsewhere")

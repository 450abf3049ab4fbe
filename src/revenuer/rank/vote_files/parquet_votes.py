"""Parquet files of votes -> blocks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.rank.vote_files.block import REQUIRED, VoteBlock, Wanted
from revenuer.records import InputError

_BATCH_ROWS = 131_072
_READ_BYTES = 1 << 20


def parquet_blocks(path: Path, file: str, wanted: Wanted) -> Iterator[VoteBlock]:
    """Yield the rows of a Parquet file; a line is a row, from 1. Raises InputError for a file that is damaged or lacks a column."""
    blocks = _blocks(path, file, wanted)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def _blocks(path: Path, file: str, wanted: Wanted) -> Iterator[VoteBlock]:
    try:
        with pq.ParquetFile(path) as opened:
            metadata, schema = opened.metadata, opened.schema_arrow
        wanted.check(file, schema.names)
        names = [name for name in wanted.names if name in schema.names]
        # Labels stay the codes that the file holds; ids have too many values for that to pay.
        coded = [name for name in REQUIRED if pa.types.is_string(schema.field(_place(schema, name)).type)]
        with pq.ParquetFile(
            path, metadata=metadata, read_dictionary=coded, pre_buffer=False, buffer_size=_READ_BYTES
        ) as opened:
            first = 1
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS, columns=names):
                yield _block(batch, names, first)
                first += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        detail = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise InputError(
            f"{file} is not a whole Parquet file ({detail}): it was cut short or damaged; copy or export it again"
        ) from error


def _block(batch: pa.RecordBatch, names: list[str], first: int) -> VoteBlock:
    columns = {name: batch.column(_place(batch.schema, name)) for name in names}

    def locate(row: int) -> tuple[int, str]:
        return first + row, " ".join(f"{name}={_shown(column[row])}" for name, column in columns.items())

    return VoteBlock(columns=columns, rows=batch.num_rows, locate=locate)


def _place(schema: pa.Schema, name: str) -> int:
    """Return the place of a column, the first where several have the name."""
    place: int = schema.get_all_field_indices(name)[0]
    return place


def _shown(value: pa.Scalar) -> str:
    try:
        return str(value.as_py())[:60]
    except (ValueError, OverflowError, pa.ArrowException):
        return f"({value.type})"

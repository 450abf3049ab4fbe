"""Parquet with the Exchange table's names: checked as it is, and rewritten only where something must change."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from revenuer.ingest.arrowvalues import python_values, valid_text
from revenuer.ingest.conform import EARLIEST_US, LATEST_US, NOT_NEGATIVE, conform
from revenuer.ingest.finish import normalised
from revenuer.ingest.idhash import hash_ids
from revenuer.ingest.parquetfile import batches, parquet
from revenuer.ingest.parts import Part
from revenuer.ingest.quarantine import excerpt_of
from revenuer.ingest.sink import Sink, micros_of
from revenuer.records import EXCHANGE_SCHEMA, REQUIRED_COLUMNS

_BY_FOLDED_NAME = {name.casefold(): name for name in EXCHANGE_SCHEMA.names}


def lacking(schema: pa.Schema) -> list[str]:
    """Return the required columns that `schema` lacks."""
    return [name for name in REQUIRED_COLUMNS if name not in schema.names]


def read_native_parquet(path: Path, source: int, sink: Sink, extras: dict[str, pa.DataType]) -> None:
    """Pass the file through if every row of it can stay as it is, else send it through the sink row by row.

    `extras` holds the types of columns that are not ours in files already passed through: a file that disagrees is
    rewritten without them, so that one query can read all files.
    """
    tally = sink.tally.sources[source]
    with parquet(path, tally.file) as file:
        schema = file.schema_arrow
        others = [field for field in schema if field.name not in EXCHANGE_SCHEMA.names]
        sink.tally.ignored.update(field.name for field in others)
        part = Part(path=path, owned=False) if _fits(schema, extras) else None
        if part is not None and _inspect(file, source, sink, part):
            extras.update((field.name.casefold(), field.type) for field in others)
            tally.rows += part.rows
            sink.progress(part.rows)
            sink.writer.pass_through(part)
            return
        sink.writer.close()
        _rewrite(file, source, sink)


def _fits(schema: pa.Schema, extras: dict[str, pa.DataType]) -> bool:
    folded = [name.casefold() for name in schema.names]
    if len(set(folded)) < len(folded):
        return False
    for field in schema:
        own = _BY_FOLDED_NAME.get(field.name.casefold())
        if own is None:
            if extras.get(field.name.casefold(), field.type) != field.type:
                return False
        elif own != field.name or EXCHANGE_SCHEMA.field(own).type != field.type:
            return False
    return True


def _inspect(file: pq.ParquetFile, source: int, sink: Sink, part: Part) -> bool:
    """Fill `part` and return whether every row is good, inside the window and readable by any reader."""
    filled: set[str] = set()
    for batch in batches(file, _canonical(file.schema_arrow)):
        if not _sound(batch):
            return False
        micros = micros_of(batch.column("timestamp"))
        if not sink.window.open and not sink.window.mask(micros).all():
            return False
        late = np.flatnonzero(micros > sink.window.late)
        part.add(source, hash_ids(batch.column("request_id")), late, late + part.rows + 1)
        filled.update(
            name
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if column.null_count < len(column)
        )
    sink.tally.filled.update(filled)
    return True


def _sound(batch: pa.RecordBatch) -> bool:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name in REQUIRED_COLUMNS and column.null_count:
            return False
        if pa.types.is_string(column.type):
            if not valid_text(column):
                return False
            if name in REQUIRED_COLUMNS and pc.min(pc.binary_length(column)).as_py() == 0:
                return False
        elif not _in_range(name, column):
            return False
    finish = batch.schema.get_field_index("finish_reason")
    return finish < 0 or bool(normalised(batch.column(finish)).equals(batch.column(finish)))


def _in_range(name: str, column: pa.Array) -> bool:
    if name == "timestamp":
        ends = pc.min_max(column.cast(pa.int64())).as_py()
        return ends["min"] is None or (ends["min"] >= EARLIEST_US and ends["max"] < LATEST_US)
    if name in NOT_NEGATIVE:
        least = pc.min(column).as_py()
        return least is None or least >= 0
    if pa.types.is_floating(column.type):
        return bool(pc.all(pc.is_finite(column)).as_py() is not False)
    return True


def _canonical(schema: pa.Schema) -> list[str]:
    return [name for name in EXCHANGE_SCHEMA.names if name in schema.names]


def _rewrite(file: pq.ParquetFile, source: int, sink: Sink) -> None:
    start = 1
    names = _canonical(file.schema_arrow)
    for batch in batches(file, names):
        columns = dict(_columns(batch))
        lines = np.arange(start, start + batch.num_rows, dtype=np.int64)
        conformed = conform(columns, batch.num_rows, EXCHANGE_SCHEMA)
        sink.accept(source, conformed, lines, partial(_excerpt, columns))
        start += batch.num_rows


def _columns(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    """Yield each column, mended where its text is not UTF-8; the first where a name stands twice."""
    for name in dict.fromkeys(batch.schema.names):
        column = batch.column(batch.schema.get_all_field_indices(name)[0])
        yield name, column if valid_text(column) else _mended(column)


def _mended(column: pa.Array) -> pa.Array:
    return pa.array(
        [str(value) if value is not None else None for value in python_values(column)], type=pa.string()
    )


def _excerpt(columns: dict[str, pa.Array], row: int) -> str:
    return excerpt_of({name: python_values(column.slice(row, 1))[0] for name, column in columns.items()})

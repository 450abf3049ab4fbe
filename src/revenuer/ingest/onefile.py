"""One source of a log: recognised, then read by the way that fits it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.ingest.conform import Conformed, conform
from revenuer.ingest.formats import FORMATS, mappers
from revenuer.ingest.locate import Source, fetched
from revenuer.ingest.mapper import Mapper, Row
from revenuer.ingest.mapping import LogMapping
from revenuer.ingest.nativeparquet import lacking, read_native_parquet
from revenuer.ingest.neighbours import neighbour
from revenuer.ingest.parquetfile import batches, parquet
from revenuer.ingest.parts import Part
from revenuer.ingest.paths import Record
from revenuer.ingest.quarantine import excerpt_of
from revenuer.ingest.rawrecords import RecordBatch, arrow_rows
from revenuer.ingest.recognise import (
    Container,
    Recognition,
    container_of,
    first_records,
    raw_batches,
    recognise,
)
from revenuer.ingest.sink import Sink
from revenuer.ingest.tally import SourceTally
from revenuer.records import EXCHANGE_SCHEMA, SKETCH_METADATA_KEY, InputError

_SKETCH = b"sketch/"
_ROWS = 50_000


def sketch_file(source: Source, workdir: Path, number: int) -> Part | None:
    """Return the source as a part if it is a sketch table, by its Parquet metadata."""
    if container_of(source) != "parquet":
        return None
    path = fetched(source, workdir, number)
    with parquet(path, source.name) as file:
        marks = file.schema_arrow.metadata or {}
        if not marks.get(SKETCH_METADATA_KEY, b"").startswith(_SKETCH):
            return None
        return Part(path=path, owned=False, rows=file.metadata.num_rows)


def read_file(
    source: Source,
    number: int,
    sink: Sink,
    log_format: str,
    mapping: LogMapping,
    workdir: Path,
    extras: dict[str, pa.DataType],
) -> None:
    """Send every row of `source` into the sink. Raises InputError where it cannot be recognised."""
    tally = sink.tally.sources[number]
    known = mappers(mapping)
    met: list[str] = []
    container = container_of(source, met)
    if container == "empty":
        tally.format, tally.why, tally.notes = "empty", "holds nothing that can be read", met
        return
    if container == "parquet":
        _read_parquet(fetched(source, workdir, number), source, number, sink, log_format, known, extras)
        return
    if container == "unknown":
        raise _undecidable(source.name, "it is neither Parquet nor JSON nor CSV")
    mapper = _choose(source, container, tally, log_format, known)
    if mapper is None:
        return
    for batch in raw_batches(source, container, tally.notes):
        _take(batch, mapper, number, sink)
    _finish(mapper, tally, sink)


def _choose(
    source: Source, container: Container, tally: SourceTally, log_format: str, known: dict[str, Mapper]
) -> Mapper | None:
    """Return the mapper for a text file; None for a file of a searched folder that is no log."""
    if log_format == "auto":
        found = _recognised(first_records(source, container), known)
    else:
        found = Recognition(format=log_format, why="the format was named")
    if found.format in (None, "native") and _left_alone(source, _first_fields(source, container), tally):
        return None
    if found.format is None:
        raise _undecidable(source.name, found.why)
    tally.format, tally.why = found.format, found.why
    return known[found.format]


def _recognised(records: Iterable[Record], known: dict[str, Mapper]) -> Recognition:
    """A mapping of columns is the user's word: every file is read by it."""
    if "mapped" in known:
        return Recognition(format="mapped", why="the mapping file has [columns]")
    return recognise(records, known)


def _first_fields(source: Source, container: Container) -> tuple[str, ...]:
    return tuple(next(iter(first_records(source, container)), {})) if source.searched else ()


def _left_alone(source: Source, fields: Iterable[str], tally: SourceTally) -> bool:
    """Say whether a file that was found in a folder, not named, is recognisably no log; note what it is."""
    found = neighbour(tuple(fields)) if source.searched else None
    if found is not None:
        tally.format, tally.why = found.kind, found.why
    return found is not None


def _undecidable(name: str, why: str) -> InputError:
    return InputError(
        f"{name}: cannot tell which log format this is ({why}); name one with --format "
        f"({', '.join(FORMATS)}) or describe its fields in a mapping file"
    )


def _read_parquet(
    path: Path,
    source: Source,
    number: int,
    sink: Sink,
    log_format: str,
    known: dict[str, Mapper],
    extras: dict[str, pa.DataType],
) -> None:
    tally = sink.tally.sources[number]
    with parquet(path, source.name) as file:
        schema = file.schema_arrow
        missing = lacking(schema)
        plain = known["native"].recognises(dict.fromkeys(schema.names)) and "mapped" not in known
        if log_format == "native" and missing:
            if _left_alone(source, schema.names, tally):
                return
            raise InputError(
                f"{source.name} lacks the required columns {', '.join(missing)}: rename its columns or give a mapping file"
            )
        native = log_format == "native" or (log_format == "auto" and plain)
        if not native:
            mapper = _choose_parquet(file, source, tally, log_format, known)
            if mapper is not None:
                _map_parquet(file, mapper, number, sink)
            return
    tally.format = "native"
    tally.why = (
        "the format was named"
        if log_format == "native"
        else "has every required column of the Exchange table"
    )
    read_native_parquet(path, number, sink, extras)


def _choose_parquet(
    file: pq.ParquetFile, source: Source, tally: SourceTally, log_format: str, known: dict[str, Mapper]
) -> Mapper | None:
    names = file.schema_arrow.names
    if log_format != "auto":
        tally.format, tally.why = log_format, "the format was named"
        return known[log_format]
    found = _recognised([dict.fromkeys(names)], known)
    if found.format is None:
        if _left_alone(source, names, tally):
            return None
        lacks = ", ".join(lacking(file.schema_arrow))
        raise _undecidable(source.name, f"it has the columns {', '.join(names[:12])} and lacks {lacks}")
    tally.format, tally.why = found.format, found.why
    return known[found.format]


def _map_parquet(file: pq.ParquetFile, mapper: Mapper, number: int, sink: Sink) -> None:
    start = 1
    for batch in batches(file, file.schema_arrow.names):
        _take(arrow_rows(batch, start), mapper, number, sink)
        start += batch.num_rows
    _finish(mapper, sink.tally.sources[number], sink)


def _take(batch: RecordBatch, mapper: Mapper, number: int, sink: Sink) -> None:
    """Map a batch of records and hand the rows on; a record can hold many rows, so they go on in portions."""
    for line, reason, excerpt in batch.rejects:
        sink.reject(number, line, reason, excerpt)
    rows: list[Row] = []
    lines: list[int] = []
    for record, line in zip(batch.records, batch.lines, strict=True):
        try:
            for row in mapper.rows(record):
                rows.append(row)
                lines.append(line)
        except RecursionError:
            sink.reject(number, line, "is nested too deeply", "")
        if len(rows) >= _ROWS:
            _hand_on(rows, lines, number, sink)
            rows, lines = [], []
    _hand_on(rows, lines, number, sink)


def _hand_on(rows: list[Row], lines: list[int], number: int, sink: Sink) -> None:
    if rows:
        sink.accept(
            number, cast_rows(rows), np.array(lines, dtype=np.int64), lambda row: excerpt_of(rows[row])
        )


def cast_rows(rows: list[Row], schema: pa.Schema = EXCHANGE_SCHEMA) -> Conformed:
    """Cast mapped rows to `schema`."""
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return conform(columns, len(rows), schema)


def _finish(mapper: Mapper, tally: SourceTally, sink: Sink) -> None:
    sink.tally.ignored.update(mapper.ignored())
    tally.notes.extend(mapper.notes())

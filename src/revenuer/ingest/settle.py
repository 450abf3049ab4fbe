"""What only the whole log can tell: which ids repeat, and which times run ahead of everyone else's."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.ingest.diskwrite import aside, resource_errors
from revenuer.ingest.idhash import repeated
from revenuer.ingest.parts import Part, Positions, parquet_writer
from revenuer.ingest.sink import Sink
from revenuer.records import EXCHANGE_SCHEMA

_LATE = (
    "timestamp is more than a day ahead of this machine's clock while most of the log is not: a wrong clock?"
)
_NONE: Positions = np.empty(0, dtype=np.int64)


def settle(sink: Sink, workdir: Path) -> list[str]:
    """Drop late and repeated rows from the sink's parts, rewriting only parts that hold some; return notes.

    If more than half of the log lies ahead of the clock then the clock, or a simulation's calendar, differs and no
    row is late. Of rows with one request_id the first stays, in the order of sources and lines; a late row never is
    the first.
    """
    parts = sink.writer.parts
    late = [np.concatenate(part.late) if part.late else _NONE for part in parts]
    late_rows, rows = sum(map(len, late)), sum(part.rows for part in parts)
    notes = []
    if late_rows * 2 > rows:
        notes.append("most of the log lies ahead of this machine's clock: its times are taken as they are")
        late = [_NONE] * len(parts)
    repeats = _repeats(parts, late)
    for number in range(len(parts)):
        if len(late[number]) or len(repeats[number]):
            _rewrite(sink, number, late[number], repeats[number], workdir)
    return notes


def _repeats(parts: list[Part], late: list[Positions]) -> list[Positions]:
    """Return for each part the positions of rows whose id stood before."""
    places, hashes = [], []
    for part, ahead in zip(parts, late, strict=True):
        own = np.concatenate(part.hashes) if part.hashes else np.empty(0, dtype=np.uint64)
        part.hashes = []
        keep = np.delete(np.arange(part.rows), ahead) if len(ahead) else None
        places.append(keep)
        hashes.append(own if keep is None else own[keep])
    found = repeated(np.concatenate(hashes)) if hashes else _NONE
    starts = np.cumsum([0, *map(len, hashes)])
    repeats = []
    for number, keep in enumerate(places):
        first, last = np.searchsorted(found, starts[number : number + 2])
        inside = found[first:last] - starts[number]
        repeats.append(inside if keep is None else keep[inside])
    return repeats


def _rewrite(sink: Sink, number: int, late: Positions, repeats: Positions, workdir: Path) -> None:
    part = sink.writer.parts[number]
    for row in repeats:
        _count(sink, part, int(row), duplicate=True)
    lines = (
        dict(zip(late.tolist(), np.concatenate(part.late_lines).tolist(), strict=True)) if len(late) else {}
    )
    drop = np.zeros(part.rows, dtype=bool)
    drop[late], drop[repeats] = True, True
    target = workdir / f"settled-{number:05d}.parquet"
    with resource_errors(target), parquet_writer(aside(target)) as writer:
        start = 0
        for batch in batches_of(part.path):
            here = drop[start : start + batch.num_rows]
            for row in np.flatnonzero(here):
                if (line := lines.get(start + int(row))) is not None:
                    source = _count(sink, part, start + int(row), duplicate=False)
                    sink.reject(source, line, _LATE, _shown(batch, int(row)))
            kept = batch.filter(pa.array(~here))
            if kept.num_rows:
                writer.write_batch(kept)
            start += batch.num_rows
    with resource_errors(target):
        aside(target).replace(target)
    if part.owned:
        part.path.unlink()
    part.path, part.owned, part.rows = target, True, int(part.rows - drop.sum())


def _count(sink: Sink, part: Part, row: int, *, duplicate: bool) -> int:
    source = part.source_of(row)
    tally = sink.tally.sources[source]
    tally.rows -= 1
    tally.duplicates += duplicate
    return source


def _shown(batch: pa.RecordBatch, row: int) -> str:
    names = ("request_id", "account_id", "timestamp")
    return " ".join(f"{name}={batch.column(name)[row]}" for name in names)


def batches_of(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield a canonical file's batches, columns that it lacks being null."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        names = set(file.schema_arrow.names)
        for batch in file.iter_batches(
            batch_size=32_768, columns=[n for n in EXCHANGE_SCHEMA.names if n in names]
        ):
            yield pa.RecordBatch.from_arrays(
                [
                    batch.column(field.name) if field.name in names else pa.nulls(batch.num_rows, field.type)
                    for field in EXCHANGE_SCHEMA
                ],
                schema=EXCHANGE_SCHEMA,
            )

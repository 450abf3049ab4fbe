"""Log files of any known format -> Parquet files of the Exchange table, with every row accounted for."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from revenuer.ingest.diskwrite import make_folder
from revenuer.ingest.formats import FORMATS
from revenuer.ingest.locate import Located, OpenFilesystem, Source, locate
from revenuer.ingest.mapping import NO_MAPPING, LogMapping
from revenuer.ingest.onefile import read_file, sketch_file
from revenuer.ingest.parts import Part, PartWriter
from revenuer.ingest.quarantine import Quarantine
from revenuer.ingest.result import IngestResult
from revenuer.ingest.settle import settle
from revenuer.ingest.sink import Sink, window
from revenuer.ingest.tally import SourceTally, Tally
from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What reading takes from the world; tests hand in their own."""

    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    open_filesystem: OpenFilesystem | None = None
    stdin: BinaryIO | None = None


def read_logs(
    sources: Sequence[str],
    *,
    workdir: Path,
    log_format: str = "auto",
    mapping: LogMapping | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    on_progress: Callable[[int], None] | None = None,
    outside: Outside | None = None,
) -> IngestResult:
    """Read logs into Parquet files of the Exchange table and account for every row.

    `sources` are files, folders (searched recursively), globs, URIs (s3://, gs://, abfss://, file://) or `-`, in
    any mixture of formats; gzip and zstd are seen through. Rows before `since` or from `until` on are left out.
    `workdir` receives what is written and must outlive the result; a native Parquet file in which nothing has to
    change is passed through where it lies. `on_progress` is told the rows read so far.

    Raises InputError for a source that is absent, undecidable or a broken Parquet file, UsageError for options
    that make no sense or sketches mixed with exchanges, ResourceError for a full disk. Nothing half-written stays.
    Not checked: that prompts are what the client sent, or that ids mean the same in two files.
    """
    given = mapping or NO_MAPPING
    _check_format(log_format, given)
    world = outside or Outside()
    cut = window(since, until, world.clock())
    make_folder(workdir)
    located = locate(sources, workdir, open_filesystem=world.open_filesystem, stdin=world.stdin)
    writer = PartWriter(workdir)
    with Quarantine(workdir) as quarantine:
        sink = Sink(writer, quarantine, cut, Tally(), on_progress)
        try:
            with _collector_paused():
                return _read(located, sink, log_format, given, workdir)
        except BaseException:
            writer.abandon()
            raise


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause Python's cycle collector: decoded records hold no cycles, and visiting them again and again took more
    than half of the time. Restored on leaving, whatever happens."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check_format(log_format: str, mapping: LogMapping) -> None:
    if log_format not in ("auto", *FORMATS):
        raise UsageError(f"unknown format {log_format!r}: choose auto, {', '.join(FORMATS)}")
    if log_format == "mapped" and not mapping.columns:
        raise UsageError("the format 'mapped' needs a mapping file with a [columns] table")


def _read(located: Located, sink: Sink, log_format: str, mapping: LogMapping, workdir: Path) -> IngestResult:
    extras: dict[str, pa.DataType] = {}
    for number, source in enumerate(located.sources):
        sink.tally.sources.append(SourceTally(source.name))
        if (sketch := sketch_file(source, workdir, number)) is not None:
            return _sketches(located, sink, sketch, workdir, number)
        read_file(source, number, sink, log_format, mapping, workdir, extras)
    sink.writer.close()
    notes = [*settle(sink, workdir), *_notes(located)]
    parts = [part for part in sink.writer.parts if part.rows]
    for part in sink.writer.parts:
        if part.owned and not part.rows:
            part.path.unlink(missing_ok=True)
    return _result(sink, parts, notes)


def _notes(located: Located) -> list[str]:
    notes = [f"{name} was named twice and read once" for name in located.repeated]
    if located.skipped:
        shown = ", ".join(located.skipped[:5]) + (", ..." if len(located.skipped) > 5 else "")
        notes.append(
            f"{len(located.skipped)} files in the folders do not look like logs and were left alone: {shown}"
        )
    return notes


def _result(sink: Sink, parts: list[Part], notes: list[str]) -> IngestResult:
    tallies = sink.tally.sources
    return IngestResult(
        files=tuple(part.path for part in parts),
        kind="exchanges",
        rows=sum(part.rows for part in parts),
        duplicates=sum(tally.duplicates for tally in tallies),
        quarantined=sink.quarantine.count,
        outside_window=sum(tally.outside_window for tally in tallies),
        quarantine_file=sink.quarantine.finish(),
        columns_missing=sink.tally.missing(),
        columns_ignored=tuple(sorted(sink.tally.ignored)),
        sources=tuple(tally.report() for tally in tallies),
        notes=tuple(notes),
    )


def _sketches(located: Located, sink: Sink, first: Part, workdir: Path, number: int) -> IngestResult:
    """Pass sketch tables through; they were made from rows that ingest had checked."""
    parts = [first]
    _require_all_sketches(number == 0, located.sources[number])
    sink.tally.sources = []
    for index, source in enumerate(located.sources):
        part = first if index == 0 else sketch_file(source, workdir, index)
        _require_all_sketches(part is not None, source)
        if part is not None and index:
            parts.append(part)
        tally = SourceTally(source.name, "sketch", "its Parquet metadata says revenuer.schema = sketch/...")
        tally.rows = parts[-1].rows
        sink.tally.sources.append(tally)
    if not sink.window.open:
        raise UsageError("--since and --until do not apply to sketches: cut the logs before sketching them")
    result = _result(sink, parts, _notes(located))
    return IngestResult(
        files=result.files,
        kind="sketch",
        rows=result.rows,
        duplicates=0,
        quarantined=0,
        outside_window=0,
        quarantine_file=None,
        columns_missing=(),
        columns_ignored=(),
        sources=result.sources,
        notes=result.notes,
    )


def _require_all_sketches(fits: bool, source: Source) -> None:
    if not fits:
        raise UsageError(
            f"sketches and exchanges cannot be read together (at {source.name}): give one kind at a time"
        )

"""What a file is: its container by its first bytes, its log format by its first records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from revenuer.ingest.bytestream import chunks
from revenuer.ingest.locate import Source
from revenuer.ingest.mapper import Mapper
from revenuer.ingest.parquetfile import MAGIC
from revenuer.ingest.paths import Record
from revenuer.ingest.rawrecords import JsonLines, RecordBatch, csv_rows, delimiter_of, json_document

Container = Literal["parquet", "lines", "document", "csv", "empty", "unknown"]
_HEAD_BYTES = 64 << 10
_RECORDS = 1000
_LINES = 5000
"""Decoded records alive at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """A log format and the reason; `format` is None where no record fits any, and `why` says what was found."""

    format: str | None
    why: str


def container_of(source: Source, notes: list[str] | None = None) -> Container:
    """Tell how the file holds its records, from its first 64 KiB; `notes` hears of damage in them."""
    head = b""
    for chunk in chunks(source, [] if notes is None else notes):
        head += chunk
        if len(head) >= _HEAD_BYTES or head.startswith(MAGIC):
            break
    if head.startswith(MAGIC):
        return "parquet"
    text = head.lstrip()
    if not text:
        return "empty"
    lines = [line.strip() for line in text.splitlines()[:20]]
    if text.startswith(b"[") or lines[0] == b"{":
        return "document"
    if lines[0].startswith(b"{"):
        return "lines"
    if (
        len(lines[0].split(delimiter_of(lines[0].decode("utf-8", "replace")).encode())) > 1
        and b"\0" not in head[:1024]
    ):
        return "csv"
    return "lines" if any(line.startswith(b"{") for line in lines) else "unknown"


def raw_batches(source: Source, container: Container, notes: list[str]) -> Iterator[RecordBatch]:
    """Yield the records of a text container."""
    data = chunks(source, notes)
    if container == "document":
        return json_document(data)
    return csv_rows(data) if container == "csv" else JsonLines(notes).batches(data, max_lines=_LINES)


def recognise(records: Iterable[Record], mappers: Mapping[str, Mapper]) -> Recognition:
    """Ask every mapper about the first thousand records, until one knows one."""
    fields: list[str] = []
    for record in islice(records, _RECORDS):
        fields = fields or [str(key)[:40] for key in islice(record, 12)]
        for mapper in mappers.values():
            if (why := mapper.recognises(record)) is not None:
                return Recognition(format=mapper.name, why=why)
    found = f"its first record has {', '.join(fields)}" if fields else "it holds no record that can be read"
    return Recognition(format=None, why=found)


def first_records(source: Source, container: Container) -> Iterator[Record]:
    """Yield the first records of a text container."""
    if container == "lines":
        found = JsonLines([]).batches(chunks(source, []), max_lines=50)
    else:
        found = raw_batches(source, container, [])
    for batch in found:
        yield from batch.records

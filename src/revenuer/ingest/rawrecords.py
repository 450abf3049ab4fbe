"""JSON lines, JSON documents, CSV and Parquet rows -> numbered records, or what is wrong with a line."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from revenuer.ingest.arrowvalues import python_values
from revenuer.ingest.lines import BATCH_LINES, MAX_LINE_BYTES, LineBatch, line_batches
from revenuer.ingest.paths import Record
from revenuer.ingest.quarantine import clean, excerpt_of

_ROWS = 20_000
_BYTES = 32 << 20


@dataclass(slots=True)
class RecordBatch:
    """Records with their lines, and lines that hold none: (line, reason, excerpt)."""

    records: list[Record] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, value: object, shown: object) -> None:
        """Take a decoded value: a record, or a reject where it is no object."""
        if isinstance(value, dict):
            self.records.append(value)
            self.lines.append(line)
        else:
            kind = {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a single value")
            self.rejects.append((line, f"is {kind}, expected a JSON object", excerpt_of(shown)))


class JsonLines:
    """Decodes JSON lines; `replaced` counts those that held bytes or escapes that are not Unicode text."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._replaced = 0
        self._decode = msgspec.json.Decoder().decode

    def batches(self, data: Iterable[bytes], max_lines: int = BATCH_LINES) -> Iterator[RecordBatch]:
        """Yield the records of each batch of lines."""
        for lines in line_batches(data, max_lines=max_lines):
            yield self._batch(lines)
        if self._replaced:
            self._notes.append(
                f"{self._replaced} lines hold bytes that are not UTF-8 text; they became U+FFFD"
            )

    def _batch(self, lines: LineBatch) -> RecordBatch:
        batch = RecordBatch()
        decode, records, numbers = self._decode, batch.records, batch.lines
        for number, line in enumerate(lines.lines, lines.first):
            try:
                value = decode(line)
            except (ValueError, RecursionError):
                last = lines.open_ended and number == lines.first + len(lines.lines) - 1
                self._hard(batch, number, line, last=last, cut=number in lines.cut)
                continue
            if type(value) is dict:
                records.append(value)
                numbers.append(number)
            else:
                batch.add(number, value, line)
        return batch

    def _hard(self, batch: RecordBatch, number: int, line: bytes, *, last: bool, cut: bool) -> None:
        """Decode a line that the fast decoder refused: not UTF-8, lone surrogates, NaN, or no JSON at all."""
        if not line.strip():
            return
        if cut:
            batch.rejects.append((number, f"is longer than {MAX_LINE_BYTES >> 20} MiB", excerpt_of(line)))
            return
        try:
            text = line.decode("utf-8", "replace")
            value = json.loads(text)
        except RecursionError:
            batch.rejects.append((number, "is nested too deeply", excerpt_of(line)))
        except ValueError as error:
            if last:
                self._notes.append(
                    f"line {number}, the last, is not whole ({len(line)} bytes) and was not read"
                )
            else:
                batch.rejects.append((number, f"is not JSON: {clean(str(error))[:120]}", excerpt_of(line)))
        else:
            self._replaced += "\ufffd" in text or "\\ud" in text.lower()
            batch.add(number, value, line)


def json_document(data: Iterable[bytes]) -> Iterator[RecordBatch]:
    """Yield the records of one JSON document, a list or an object; their lines are positions in the list."""
    pieces: list[bytes] = []
    size = 0
    for chunk in data:
        pieces.append(chunk)
        size += len(chunk)
        if size > MAX_LINE_BYTES:
            reason = f"is one JSON document of more than {MAX_LINE_BYTES >> 20} MiB: write one object a line instead"
            yield RecordBatch(rejects=[(1, reason, excerpt_of(pieces[0]))])
            return
    whole = b"".join(pieces)
    try:
        value = json_value(whole)
    except (ValueError, RecursionError) as error:
        reason = (
            "is nested too deeply"
            if isinstance(error, RecursionError)
            else f"is not JSON: {str(error)[:120]}"
        )
        yield RecordBatch(rejects=[(1, clean(reason), excerpt_of(whole))])
        return
    values = value if isinstance(value, list) else [value]
    for start in range(0, len(values), _ROWS):
        batch = RecordBatch()
        for number, one in enumerate(values[start : start + _ROWS], start + 1):
            batch.add(number, one, one)
        yield batch


def json_value(text: bytes) -> Any:
    """Decode JSON text, leniently where the fast decoder refuses it. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(text)
    except ValueError:
        return json.loads(text.decode("utf-8", "replace"))


def csv_rows(data: Iterable[bytes]) -> Iterator[RecordBatch]:
    """Yield the rows of a CSV file under the names of its first row; empty fields are null."""
    # The csv module has one limit for the process; its default of 128 KiB is less than many prompts.
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = (
        line.decode("utf-8", "replace").replace("\0", "\ufffd") + "\n"
        for batch in line_batches(data, max_lines=1000)
        for line in batch.lines
    )
    first = next(lines, "")
    rows = csv.reader(_chained(first, lines), delimiter=delimiter_of(first))
    names: list[str] | None = None
    batch, size = RecordBatch(), 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            batch.rejects.append((rows.line_num, f"is not CSV: {error}", ""))
            continue
        if names is None:
            names = [name.strip() for name in row]
        elif row:
            size += _csv_row(batch, names, row, rows.line_num)
        if len(batch.records) >= _ROWS or size >= _BYTES:
            yield batch
            batch, size = RecordBatch(), 0
    yield batch


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _csv_row(batch: RecordBatch, names: list[str], row: list[str], line: int) -> int:
    if len(row) != len(names):
        reason = f"has {len(row)} fields, expected {len(names)}"
        batch.rejects.append((line, reason, excerpt_of(",".join(row[:20]))))
    else:
        batch.add(line, dict(zip(names, (value or None for value in row), strict=True)), row)
    return sum(map(len, row))


def delimiter_of(header: str) -> str:
    """Return the separator that the header uses most, a comma in doubt."""
    return max(",\t;|", key=header.count)


def arrow_rows(batch: pa.RecordBatch, first: int) -> RecordBatch:
    """Return the rows of an Arrow batch as records, numbered from `first`."""
    names = batch.schema.names
    columns = [python_values(column) for column in batch.columns]
    rows: list[Record] = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    return RecordBatch(records=rows, lines=list(range(first, first + len(rows))))

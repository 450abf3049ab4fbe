"""CSV files of votes -> blocks: Arrow reads what is tidy, a slower reader what is not and what has bad rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from revenuer.rank.vote_files.bad_rows import BadRows, excerpt_of
from revenuer.rank.vote_files.block import REQUIRED, VoteBlock, Wanted
from revenuer.rank.vote_files.csv_records import MAX_RECORD_BYTES, Record, fields_of, records, tidy_end
from revenuer.rank.vote_files.opening import text_chunks
from revenuer.records import InputError

NOT_A_ROW = "row has more or fewer fields than the header, or a quote that never closes"
_ARROW_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was made of a piece of text, and how many of its bytes and lines were used up."""

    blocks: Sequence[VoteBlock]
    size: int
    lines: int


def csv_blocks(path: Path, file: str, wanted: Wanted, bad: BadRows) -> Iterator[VoteBlock]:
    """Yield the rows of a CSV file with a header; rows that are no CSV go to `bad`. Raises InputError where a column is missing."""
    rows: _Rows | None = None
    pending, line = b"", 1
    for chunk, last in _with_last(text_chunks(path, file)):
        pending += chunk
        if rows is None:
            header, size, lines = _header(pending, last=last)
            rows = _Rows(header, file, wanted, bad) if size else None
            line, pending = line + lines, pending[size:]
        if rows is not None:
            taken = rows.take(pending, line, last=last)
            yield from taken.blocks
            line, pending = line + taken.lines, pending[taken.size :]
        if len(pending) > 2 * MAX_RECORD_BYTES:
            raise InputError(
                f"{file} has no line end in {len(pending):,} bytes from line {line} on, expected a vote a line; export it again"
            )


def _with_last(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each chunk and whether it is the last: an empty one after all others."""
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _header(text: bytes, *, last: bool) -> tuple[bytes, int, int]:
    """Return the first line that is not blank, and the bytes and lines up to its end; 0 of both where it is not whole yet."""
    lines = text.splitlines(keepends=True)
    at = next((place for place, one in enumerate(lines) if one.strip()), len(lines))
    if at + (not last) >= len(lines):
        return b"", 0, 0
    return lines[at], sum(map(len, lines[: at + 1])), at + 1


class _Rows:
    """Reads rows under one header."""

    def __init__(self, header: bytes, file: str, wanted: Wanted, bad: BadRows) -> None:
        text = header.decode("utf-8", "replace")
        self._delimiter = max(",\t;|", key=text.count)
        names = [name.strip() for name in fields_of(header, self._delimiter) or [text]]
        wanted.check(file, names)
        self._width = len(names)
        self._places = {name: names.index(name) for name in wanted.names if name in names}
        self._bad = bad

    def take(self, text: bytes, line: int, *, last: bool) -> _Taken:
        """Read the whole rows of `text`, which begins with line `line`; the rest too, where `last` says that nothing follows."""
        end = tidy_end(text, self._delimiter)
        if last and end >= 0:
            end = len(text) if text.count(b'"') % 2 == 0 else -1
        if end > 0:
            part = text[:end]
            blocks = self._by_arrow(part, line)
            if blocks is not None:
                return _Taken(blocks, end, part.count(b"\n"))
        elif end == 0 and len(text) <= MAX_RECORD_BYTES:
            return _Taken((), 0, 0)
        found = records(text, self._delimiter, line, last=last)
        return _Taken([self._by_record(found.found)], found.size, found.lines)

    def _by_arrow(self, text: bytes, line: int) -> list[VoteBlock] | None:
        """Read whole, tidy rows fast; None where one of them is no row of this table."""
        try:
            table = self._parsed(text)
        except pa.ArrowException:
            return None

        @cache
        def rows() -> list[Record]:
            return records(text, self._delimiter, line, last=True).found

        batches = table.to_batches()
        firsts = [0, *accumulate(len(batch) for batch in batches)]
        return [self._block(batch, rows, first) for batch, first in zip(batches, firsts, strict=False)]

    def _parsed(self, text: bytes) -> pa.Table:
        # No handler of invalid rows is given: Arrow fails to call it for bytes that are not UTF-8.
        kinds = {
            name: pa.dictionary(pa.int32(), pa.string()) if name in REQUIRED else pa.string()
            for name in self._places
        }
        given = [str(place) for place in range(self._width)]
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(column_names=given, block_size=_ARROW_BLOCK_BYTES),
            parse_options=csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=b'"' in text),
            convert_options=csv.ConvertOptions(
                column_types={str(self._places[name]): kind for name, kind in kinds.items()},
                include_columns=[str(place) for place in self._places.values()],
                strings_can_be_null=False,
            ),
        )
        return table.rename_columns(list(self._places))

    def _block(self, batch: pa.RecordBatch, rows: Callable[[], list[Record]], first: int) -> VoteBlock:
        def locate(row: int) -> tuple[int, str]:
            record = rows()[first + row]
            return record.line, excerpt_of(record.raw)

        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        return VoteBlock(columns=columns, rows=batch.num_rows, locate=locate)

    def _by_record(self, found: list[Record]) -> VoteBlock:
        """Set records aside that are no rows, and return the others."""
        good: list[tuple[Record, list[str]]] = []
        for record in found:
            if record.fields is None or len(record.fields) != self._width:
                self._bad.add(record.line, NOT_A_ROW, excerpt_of(record.raw))
            else:
                good.append((record, record.fields))

        def locate(row: int) -> tuple[int, str]:
            return good[row][0].line, excerpt_of(good[row][0].raw)

        columns = {
            name: pa.array([fields[place] for _, fields in good], pa.string())
            for name, place in self._places.items()
        }
        return VoteBlock(columns=columns, rows=len(good), locate=locate)

"""JSON lines, or the entries of a JSON array -> blocks."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from revenuer.rank.vote_files.bad_rows import BadRows, excerpt_of
from revenuer.rank.vote_files.block import WEIGHT, VoteBlock, Wanted
from revenuer.rank.vote_files.json_entries import json_entries
from revenuer.rank.vote_files.opening import text_chunks
from revenuer.records import InputError

NOT_JSON = "not JSON"
NOT_AN_OBJECT = "not a JSON object"
_BLOCK_ROWS, _BLOCK_BYTES = 50_000, 16 << 20
_MAX_LINE_BYTES = 64 << 20
_FIELD = re.compile(r"`\$\.(.+)`")

Value = str | int | float | None | msgspec.UnsetType


def line_blocks(path: Path, file: str, wanted: Wanted, bad: BadRows) -> Iterator[VoteBlock]:
    """Yield the votes of a file of JSON lines; blank lines are none. Raises InputError where there are no lines."""
    return _Entries(wanted, bad).blocks(enumerate(_lines(path, file), 1))


def array_blocks(path: Path, file: str, wanted: Wanted, bad: BadRows) -> Iterator[VoteBlock]:
    """Yield the votes of a JSON array of objects; a line is an entry, from 1. Raises InputError for an entry beyond all measure."""
    return _Entries(wanted, bad).blocks(enumerate(json_entries(text_chunks(path, file), file), 1))


def _lines(path: Path, file: str) -> Iterator[bytes]:
    pending: list[bytes] = []
    held = 0
    for chunk in text_chunks(path, file):
        head, *rest = chunk.split(b"\n")
        pending.append(head)
        held += len(head)
        if rest:
            yield b"".join(pending)
            yield from rest[:-1]
            pending, held = [rest[-1]], len(rest[-1])
        if held > _MAX_LINE_BYTES:
            raise InputError(
                f"{file} has a line of more than {_MAX_LINE_BYTES >> 20} MiB, expected one object a line; export it again"
            )
    yield b"".join(pending)


class _Entries:
    """Decodes entries, of which only the wanted keys are looked at."""

    def __init__(self, wanted: Wanted, bad: BadRows) -> None:
        self._names = wanted.names
        self._texts = frozenset(wanted.texts)
        self._bad = bad
        # The keys may be any text, so the fields have names of their own.
        fields = [f"f{place}" for place in range(len(self._names))]
        self._row = msgspec.defstruct(
            "Row",
            [(field, Value, msgspec.UNSET) for field in fields],
            rename=dict(zip(fields, self._names, strict=True)),
            gc=False,
        )
        self._fields = fields
        self._decoder = msgspec.json.Decoder(self._row)

    def blocks(self, entries: Iterable[tuple[int, bytes]]) -> Iterator[VoteBlock]:
        """Yield the good entries in blocks."""
        held: list[tuple[int, bytes]] = []
        size = 0
        for entry in entries:
            held.append(entry)
            size += len(entry[1])
            if len(held) >= _BLOCK_ROWS or size >= _BLOCK_BYTES:
                yield self._block(held)
                held, size = [], 0
        yield self._block(held)

    def _block(self, entries: list[tuple[int, bytes]]) -> VoteBlock:
        rows: list[Any] = []
        kept: list[tuple[int, bytes]] = []
        decode = self._decoder.decode
        for entry in entries:
            try:
                rows.append(decode(entry[1]))
            except (ValueError, RecursionError):
                row = self._second_try(*entry)
                if row is None:
                    continue
                rows.append(row)
            kept.append(entry)

        def locate(row: int) -> tuple[int, str]:
            return kept[row][0], excerpt_of(kept[row][1])

        return VoteBlock(columns=dict(self._columns(rows)), rows=len(rows), locate=locate)

    def _second_try(self, line: int, raw: bytes) -> Any:
        """Decode what the fast decoder refused: NaN, lone surrogates, bytes that are not UTF-8; None where it is bad."""
        if not raw.strip():
            return None
        reason = NOT_JSON
        try:
            return msgspec.convert(json.loads(raw.decode("utf-8", "replace")), self._row)
        except msgspec.ValidationError as error:
            field = _FIELD.search(str(error))
            reason = f"{field[1]} is neither text nor a number" if field else NOT_AN_OBJECT
        except (ValueError, RecursionError):
            pass
        self._bad.add(line, reason, excerpt_of(raw))
        return None

    def _columns(self, rows: list[Any]) -> Iterator[tuple[str, pa.Array]]:
        """Yield the columns that any row has."""
        for name, field in zip(self._names, self._fields, strict=True):
            values: list[Value] = [getattr(row, field) for row in rows]
            if all(value is msgspec.UNSET for value in values):
                continue
            # A row may leave its weight out, but not give it as null.
            absent = 1.0 if name == WEIGHT else None
            given = [absent if value is msgspec.UNSET else value for value in values]
            yield name, _texts(given) if name in self._texts else _numbers(given)


def _texts(values: Sequence[Value]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, ValueError):
        return pa.array([_spelled(value) for value in values], pa.string())


def _spelled(value: Value) -> str | None:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) else None


def _numbers(values: Sequence[Value]) -> pa.Array:
    """Return numbers, or text where not all are: what text may stand for, the column's reader knows."""
    try:
        return pa.array(values)
    except (pa.ArrowException, ValueError, OverflowError):
        return pa.array([None if value is None else _clean(str(value)) for value in values], pa.string())


def _clean(text: str) -> str:
    """Return `text` with lone surrogates replaced, which Arrow cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")

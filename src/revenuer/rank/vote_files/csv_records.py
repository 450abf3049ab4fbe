"""Where the records of CSV text begin and end: exactly, line by line, and fast for text whose quotes are in order."""

import csv
import io
from dataclasses import dataclass

import numpy as np

MAX_RECORD_BYTES = 4 << 20
"""A quoted field that does not end within so many bytes is taken for a quote that never closes."""
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its first line, its bytes, its fields; `fields` is None where it is no CSV."""

    line: int
    raw: bytes
    fields: list[str] | None


@dataclass(frozen=True, slots=True)
class Records:
    """Records, and how many bytes and lines they and the blank lines among them take."""

    found: list[Record]
    size: int
    lines: int


def tidy_end(block: bytes, delimiter: str) -> int:
    """Return where the last whole record of `block` ends (0: none does), or -1 where only `records` can tell.

    Tidy means that carriage returns stand before line feeds only, and quotes at the ends of fields or doubled within them.
    """
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return -1
    if b'"' not in block:
        return block.rfind(b"\n") + 1
    data = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if not _in_order(data, quotes, ord(delimiter)):
        return -1
    ends = np.flatnonzero(data == _NEWLINE)
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _in_order(data: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Tell whether every other quote opens a field or follows one that closed it, and the rest close one or are doubled."""
    border = np.zeros(256, bool)
    border[[delimiter, _NEWLINE, _RETURN]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before, after = data[np.maximum(opening - 1, 0)], data[np.minimum(closing + 1, len(data) - 1)]
    doubled = np.zeros(len(opening), bool)
    doubled[1:] = closing[: len(opening) - 1] == opening[1:] - 1
    opens = (opening == 0) | border[before] | doubled
    closes = (closing == len(data) - 1) | border[after] | (after == _QUOTE)
    return bool(opens.all() and closes.all())


def records(block: bytes, delimiter: str, first: int, *, last: bool) -> Records:
    """Return the records of `block`, whose first line has the number `first`; blank lines are none.

    A record that `block` does not end is left for later, unless `last` says that nothing follows. A quote that never closes makes
    its line a bad record, and reading goes on with the next line.
    """
    lines = block.splitlines(keepends=True)
    if lines and not last and not lines[-1].endswith(b"\n"):
        lines.pop()
    found: list[Record] = []
    at = 0
    while at < len(lines):
        stop = _record_end(lines, at, delimiter)
        if stop is None:
            if not last and sum(map(len, lines[at:])) <= MAX_RECORD_BYTES:
                break
            found.append(Record(first + at, lines[at], None))
            stop = at + 1
        elif lines[at].strip(b"\r\n"):
            raw = b"".join(lines[at:stop])
            found.append(Record(first + at, raw, fields_of(raw, delimiter)))
        at = stop
    return Records(found, sum(map(len, lines[:at])), at)


def _record_end(lines: list[bytes], at: int, delimiter: str) -> int | None:
    """Return the place after the last line of the record that begins at `at`, None where a quote does not close in reach."""
    size, inside = 0, False
    for place in range(at, len(lines)):
        inside = _open_after(lines[place], inside, delimiter.encode())
        size += len(lines[place])
        if not inside:
            return place + 1
        if size > MAX_RECORD_BYTES:
            return None
    return None


def _open_after(line: bytes, inside: bool, delimiter: bytes) -> bool:
    """Tell whether a quoted field is open after `line`, given whether one was before it."""
    if not inside and b'"' not in line:
        return False
    at = 0
    while True:
        if inside:
            at = line.find(b'"', at)
            if at < 0:
                return True
            if line[at + 1 : at + 2] == b'"':
                at += 2
                continue
            inside = False
        elif line[at : at + 1] == b'"':
            inside, at = True, at + 1
            continue
        at = line.find(delimiter, at) + 1
        if not at:
            return False


def fields_of(raw: bytes, delimiter: str) -> list[str] | None:
    """Return the fields of one record, None where it is no CSV; bytes that are not UTF-8 become U+FFFD."""
    text = raw.decode("utf-8", "replace")
    if '"' not in text:
        return text.rstrip("\r\n").split(delimiter)
    # The csv module has one limit for the process, and its default of 128 KiB is less than many an answer.
    csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), None)
    except csv.Error:
        return None

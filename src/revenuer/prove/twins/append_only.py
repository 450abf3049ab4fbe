"""Appends lines to a file so that a crash loses at most the line that nobody was told of."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from revenuer.records import InputError, ResourceError

TAIL_BYTES = 1 << 16


@contextmanager
def locked(path: Path, tell: Callable[[str], None]) -> Iterator[BinaryIO]:
    """Open the file for appending, alone among those who ask by this function, and repair a torn last line.

    A last line without its line feed was never acknowledged: the power failed while it was written. It is cut off, and `tell` gets a
    sentence that says so. Raises InputError where the file cannot be opened.
    """
    try:
        stream = path.open("r+b")
    except OSError as error:
        raise InputError(
            f"cannot open {path}: {error.strerror}; name a log that `prove twins start` made"
        ) from error
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        torn = _torn_bytes(stream)
        if torn:
            stream.truncate(stream.seek(0, os.SEEK_END) - torn)
            os.fsync(stream.fileno())
            tell(
                f"{path.name}: the last {torn} bytes were half a line, written when the program was killed; cut off"
            )
        stream.seek(0, os.SEEK_END)
        yield stream


def append_durably(stream: BinaryIO, line: bytes) -> None:
    """Write the line and its line feed at the end, and flush them to disk. Raises ResourceError where the disk refuses."""
    start = stream.tell()
    try:
        stream.write(line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    except OSError as error:
        stream.truncate(start)
        raise ResourceError(
            f"cannot append to {stream.name}: {error.strerror}; free some space and try again"
        ) from error


def last_line(stream: BinaryIO) -> bytes:
    """Return the last line without its line feed; empty for an empty file. The position is left at the end."""
    size = stream.seek(0, os.SEEK_END)
    tail, length = b"", 0
    while length < size and tail.count(b"\n") < 2:
        length = min(size, max(2 * length, TAIL_BYTES))
        stream.seek(size - length)
        tail = stream.read(length)
    stream.seek(0, os.SEEK_END)
    return tail.removesuffix(b"\n").rpartition(b"\n")[2]


def _torn_bytes(stream: BinaryIO) -> int:
    size = stream.seek(0, os.SEEK_END)
    length = 0
    while length < size:
        length = min(size, max(2 * length, TAIL_BYTES))
        stream.seek(size - length)
        tail = stream.read(length)
        if b"\n" in tail:
            return len(tail) - tail.rfind(b"\n") - 1
    return size

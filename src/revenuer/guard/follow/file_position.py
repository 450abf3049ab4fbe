"""Where a file was read up to, and where that file is now, however often it was rotated meanwhile."""

import os
import re
import stat
from hashlib import blake2b
from pathlib import Path

import msgspec

from revenuer.records import InputError

HEAD_BYTES = 256
"""Bytes at a file's beginning that tell it from another one under the same inode."""

_TELLING = 64
"""A beginning shorter than that may be another file's as well."""

_ROTATED = re.compile(r"[.-]\d[\d.-]*(\.log)?\Z")
"""What rotation appends to a name: `.1`, `-20261121`. A compressed file is not read."""


class FilePosition(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where a file was read: `offset` bytes, `line` lines. `head`: digest of its first `head_bytes` bytes."""

    device: int
    inode: int
    offset: int
    line: int
    head_bytes: int
    head: str


def position_in(fd: int, offset: int, line: int) -> FilePosition:
    """Return the position at `offset` of an open file."""
    facts = os.fstat(fd)
    head_bytes = min(offset, HEAD_BYTES)
    return FilePosition(
        device=facts.st_dev,
        inode=facts.st_ino,
        offset=offset,
        line=line,
        head_bytes=head_bytes,
        head=head_of(fd, head_bytes),
    )


def read_position(saved: bytes, name: str) -> FilePosition:
    """Return the saved position of `name`. Raises InputError."""
    try:
        return msgspec.json.decode(saved, type=FilePosition)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the saved position of {name} cannot be read; remove it to begin anew") from error


def head_of(fd: int, size: int) -> str:
    """Return a digest of a file's first `size` bytes."""
    return blake2b(os.pread(fd, size, 0), digest_size=16).hexdigest()


def file_of(position: FilePosition, path: Path) -> Path | None:
    """Return where the file of a saved position is now: at `path`, renamed, or copied before it was cut."""
    paths = [path, *_rotated(path)]
    renamed = (one for one in paths if _holds(one, position, copied=False))
    copied = (one for one in paths if _holds(one, position, copied=True))
    return next(renamed, None) or (next(copied, None) if position.head_bytes >= _TELLING else None)


def file_after(left: os.stat_result, path: Path) -> Path:
    """Return the file that was begun after the one left: `path`, or a rotated one if there were several rotations meanwhile."""
    later: list[tuple[int, Path]] = []
    for one in _rotated(path):
        try:
            facts = one.stat()
        except OSError:
            continue
        same = (facts.st_dev, facts.st_ino) == (left.st_dev, left.st_ino)
        if not same and facts.st_mtime_ns > left.st_mtime_ns:
            later.append((facts.st_mtime_ns, one))
    return min(later)[1] if later else path


def _holds(path: Path, position: FilePosition, *, copied: bool) -> bool:
    """Return whether `path` is the file of a saved position, or at least begins like it."""
    try:
        facts = path.stat()
        if facts.st_size < position.offset or not stat.S_ISREG(facts.st_mode):
            return False
        same = (facts.st_dev, facts.st_ino) == (position.device, position.inode)
        with path.open("rb") as stream:
            return (copied or same) and head_of(stream.fileno(), position.head_bytes) == position.head
    except OSError:
        return False


def _rotated(path: Path) -> list[Path]:
    """Return the files that were rotated away from `path` and can be read."""
    try:
        names = os.listdir(path.parent)
    except OSError:
        return []
    own = path.name
    return [
        path.with_name(name)
        for name in names
        if name.startswith(own) and _ROTATED.fullmatch(name[len(own) :])
    ]

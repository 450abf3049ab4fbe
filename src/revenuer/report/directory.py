"""Write a set of result files as one directory: all of them or none.

The files are made in a hidden sibling of the target, flushed to disk, and swapped in by one rename. Where the target
itself cannot be renamed (a mount point, the current directory, a parent that is not writable) the files are moved in
one by one, each atomically.
"""

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from revenuer.records import ResourceError, UsageError

Content = bytes | Path
"""A file's bytes, or an existing file to copy."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
"""linux/fs.h; renameat2(2)."""

_EXHAUSTED = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_durably(path: Path, content: Content) -> None:
    """Write one new file and flush it to disk. Raises OSError."""
    with open(path, "xb") as target:
        if isinstance(content, bytes):
            target.write(content)
        else:
            with open(content, "rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def write_directory(
    out: Path,
    contents: Mapping[str, Content],
    *,
    known: Collection[str] = (),
    write: Callable[[Path, Content], None] = write_durably,
) -> None:
    """Make `out` a directory that holds exactly `contents`, or leave everything as it was.

    An existing `out` is replaced if it is empty or holds only names in `contents` or `known` (an earlier result).
    Raises UsageError where `out` holds other files, is a file or cannot be written, ResourceError on a full disk.
    Not checked: two writers with the same `out` at once (the last one wins, whole).
    """
    for name in contents:
        if Path(name).name != name or name in {"", ".", ".."}:
            raise UsageError(f"got the file name {name!r} for the result directory; expected a plain name")
    target = out.resolve()
    try:
        check_replaceable(out, {*contents, *known})
        target.parent.mkdir(parents=True, exist_ok=True)
        _fill_and_swap(target, contents, {*contents, *known}, write)
    except OSError as error:
        raise _explained(out, error) from error


def check_replaceable(out: Path, names: Collection[str]) -> None:
    """Raise UsageError unless `out` is absent, empty, or a directory with only files called `names`.

    Commands call this first, so that a long run does not end with a refusal.
    """
    target = out.resolve()
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{out} is a file; expected a directory to write to: name another one with --out")
    foreign = sorted(
        entry.name for entry in os.scandir(target) if entry.name not in names or not entry.is_file()
    )
    if foreign:
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise UsageError(
            f"{out} holds files that are not an earlier result ({shown}); "
            "name a new or empty directory with --out, or move them away"
        )


def _fill_and_swap(
    target: Path, contents: Mapping[str, Content], names: set[str], write: Callable[[Path, Content], None]
) -> None:
    inside = target.is_dir() and _cannot_be_renamed(target)
    token = secrets.token_hex(4)
    partial = target / f".partial-{token}" if inside else target.parent / f".{target.name}.{token}.partial"
    try:
        os.mkdir(partial)
        for name, content in contents.items():
            write(partial / name, content)
        _flush_directory(partial)
        if inside:
            _move_in(partial, target, names - contents.keys())
        else:
            _swap(partial, target)
        _flush_directory(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _cannot_be_renamed(target: Path) -> bool:
    return target.is_mount() or target == Path.cwd() or not os.access(target.parent, os.W_OK)


def _move_in(partial: Path, target: Path, stale: Collection[str]) -> None:
    for entry in sorted(partial.iterdir()):
        os.replace(entry, target / entry.name)
    for name in stale:
        (target / name).unlink(missing_ok=True)
    _flush_directory(target)


def _swap(partial: Path, target: Path) -> None:
    """Put `partial` in the place of `target`; afterwards `partial`, if it exists, is what was replaced."""
    if not target.exists():
        os.rename(partial, target)
        return
    if _exchange(partial, target):
        return
    with contextlib.suppress(OSError):
        os.rmdir(target)
    if not target.exists():
        os.rename(partial, target)
        return
    replaced = partial.with_suffix(".replaced")
    os.rename(target, replaced)
    try:
        os.rename(partial, target)
    except OSError:
        os.rename(replaced, target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step where the kernel can (Linux renameat2); False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE))
    return bool(renameat2(*arguments) == 0)


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_exhausted(error: OSError) -> bool:
    """Return whether the disk, or a quota, is full."""
    return error.errno in _EXHAUSTED


def _explained(out: Path, error: OSError) -> ResourceError | UsageError:
    if is_exhausted(error):
        return ResourceError(
            f"no space left to write {out}; nothing half-written is left: free some space and run again"
        )
    return UsageError(
        f"cannot write {out}: {error.strerror or error}; name a directory that you can write to"
    )

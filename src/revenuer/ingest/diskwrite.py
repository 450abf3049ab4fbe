"""Files that appear whole or not at all: written aside, then renamed."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.records import ResourceError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def resource_errors(path: Path) -> Iterator[None]:
    """Turn a full disk into a ResourceError that names the place; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        message = (
            f"no room left while writing {path}: free some space or choose another place, then run again"
        )
        raise ResourceError(message) from error


def aside(path: Path) -> Path:
    """Return the name under which `path` is written until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def make_folder(path: Path) -> None:
    """Create the folder `path`; ResourceError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResourceError(f"cannot write into {path} ({error.strerror}): choose another place") from error

"""Files of a house that are replaced whole or not at all, even by a machine that dies."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from revenuer.records import ResourceError, UsageError

PRIVATE, PUBLIC = 0o600, 0o644


def replace_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Make `path` hold `content`, on disk when this returns. Raises UsageError or ResourceError, with the old file left as it was."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _explained(path, error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names in `folder` survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(path: Path, error: OSError) -> ResourceError | UsageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(f"no space left to write {path}; free some space and run again")
    return UsageError(
        f"cannot write {path}: {error.strerror}; see that its folder exists and can be written to"
    )

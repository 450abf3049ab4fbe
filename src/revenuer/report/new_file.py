"""Write one file that must not exist yet: whole, or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from revenuer.records import ResourceError, UsageError
from revenuer.report.directory import is_exhausted, write_durably


def write_new_file(out: Path, content: bytes) -> None:
    """Make the file `out`. Raises UsageError where it exists, which it then goes on to do unchanged, or cannot be written; ResourceError on a
    full disk."""
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
    try:
        write_durably(partial, content)
        os.link(partial, out)
    except FileExistsError as error:
        raise UsageError(f"{out} exists and is left as it is; name another file with --out") from error
    except OSError as error:
        if is_exhausted(error):
            raise ResourceError(f"no space left to write {out}; free some space and run again") from error
        raise UsageError(
            f"cannot write {out}: {error.strerror or error}; name a file in a folder that you can write to"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)

"""`revenuer prove mark new-master FILE`: make the secret that all keys are derived from."""

import os
import secrets
from pathlib import Path

import click

from revenuer.prove.marks.keys import MASTER_BYTES
from revenuer.records import UsageError


@click.command(name="new-master")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> int:
    """Write 32 random bytes to FILE in hex, readable by you alone. A file that exists is left as it is."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(
            f"{file} exists and is left as it is: marks made with it can be found by it alone"
        ) from error
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror}; name a file in a folder that you can write to"
        ) from error
    with os.fdopen(handle, "w") as target:
        target.write(secrets.token_hex(MASTER_BYTES) + "\n")
        target.flush()
        os.fsync(target.fileno())
    click.echo(f"master key: {file}; keep a copy elsewhere, without it no mark can be found")
    return 0

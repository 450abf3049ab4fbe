"""How far each file was read, in a small file of its own: for those who keep no journal."""

import os
from pathlib import Path

import msgspec

from revenuer.records import InputError, ResourceError

SCHEMA_VERSION = 1


class _Content(msgspec.Struct, kw_only=True):
    schema_version: int
    positions: dict[str, bytes]


class Checkpoint:
    """Replaced as a whole at every save: a crash leaves the old one or the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, bytes]:
        """Return the saved positions by source; none where there is no file yet. Raises InputError where it is something else."""
        try:
            content = msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(
                f"{self.path} is no checkpoint of this program; name another file, or remove it to begin anew"
            ) from error
        if content.schema_version != SCHEMA_VERSION:
            raise InputError(
                f"{self.path} has schema version {content.schema_version}, expected {SCHEMA_VERSION}; upgrade, or remove it to begin anew"
            )
        return content.positions

    def save(self, positions: dict[str, bytes]) -> None:
        """Put `positions` on disk. Raises ResourceError."""
        aside = self.path.with_name(self.path.name + ".new")
        try:
            with aside.open("wb") as stream:
                stream.write(
                    msgspec.json.encode(_Content(schema_version=SCHEMA_VERSION, positions=positions))
                )
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(self.path)
        except OSError as error:
            raise ResourceError(
                f"cannot write {self.path}: {error.strerror}; free some disk space"
            ) from error

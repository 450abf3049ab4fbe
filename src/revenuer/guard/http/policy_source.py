"""The policy as text: where it comes from, and how the service replaces it."""

import hashlib
import os
import tempfile
import tomllib
from dataclasses import fields
from pathlib import Path

import msgspec

from revenuer.guard.policy import Policy
from revenuer.records import InputError, ResourceError


def policy_of(text: bytes, source: str) -> Policy:
    """Return the policy that a TOML text is. Raises InputError with what is wrong with it."""
    try:
        named = tomllib.loads(text.decode("utf-8"))
        unknown = sorted(named.keys() - {field.name for field in fields(Policy)})
        if unknown:
            raise InputError(f"{source}: unknown setting {unknown[0]!r}")
        return msgspec.convert(named, Policy)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"{source} is no policy: {error}") from error


def digest_of(text: bytes) -> str:
    """Return the name under which a policy's text is known."""
    return hashlib.sha256(text).hexdigest()


def replace_file(path: Path, text: bytes) -> None:
    """Put `text` in place of a file at once and for good, or leave the file as it was. Raises ResourceError."""
    try:
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                os.chmod(scratch, path.stat().st_mode & 0o777)
            os.replace(scratch, path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ResourceError(
            f"{path.name} cannot be replaced: {error.strerror}; nothing has changed"
        ) from error

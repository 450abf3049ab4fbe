"""The policy as text: where it comes from, and how the service replaces it."""

import hashlib
import os
import tempfile
from pathlib import Path

from revenuer.guard.policy import Policy, PolicyError, read_policy
from revenuer.records import ResourceError


def policy_of(text: bytes, source: str, now: int) -> Policy:
    """Return the policy that a TOML text is. Raises PolicyError with every fault in it."""
    reading = read_policy(text, source, now=now)
    if reading.policy is None:
        raise PolicyError(source, [fault for fault in reading.faults if fault.severity == "error"])
    return reading.policy


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

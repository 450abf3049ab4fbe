"""The bytes that stand for a JSON value whenever it is hashed, signed or compared (RFC 8785), and times as STIX writes them."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from revenuer.records import InputError, MissingDependencyError, UsageError


def canonical(value: object) -> bytes:
    """Return the value as RFC 8785 writes it. Raises InputError for what JSON cannot carry between programs: half a character, a number
    that is none, or an integer beyond 2**53."""
    try:
        import rfc8785
    except ImportError as error:
        raise MissingDependencyError(
            "signing needs rfc8785; install it with `pip install 'revenuer[share]'`"
        ) from error
    try:
        return bytes(rfc8785.dumps(value))  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise InputError(
            f"a value has no canonical JSON form: {type(error).__name__}; leave it out"
        ) from error


def sha256(data: bytes) -> str:
    """Return the SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def object_sha256(value: Mapping[str, object]) -> str:
    """Return the SHA-256 of an object's canonical bytes."""
    return sha256(canonical(value))


def stix_time(moment: datetime) -> str:
    """Return a time as STIX writes it, in UTC with milliseconds. Raises UsageError for one without zone."""
    if moment.tzinfo is None:
        raise UsageError("a time needs its zone; give a clock that tells UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def read_time(text: str) -> datetime:
    """Return the time that STIX wrote. Raises InputError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"got {text[:40]!r} for a time; expected one like 2026-01-31T12:00:00.000Z"
        ) from error
    if moment.tzinfo is None or not text.endswith("Z"):
        raise InputError(f"the time {text[:40]!r} is not in UTC; expected one like 2026-01-31T12:00:00.000Z")
    return moment

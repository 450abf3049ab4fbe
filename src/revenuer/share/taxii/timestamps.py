"""Timestamps of STIX and TAXII as whole microseconds since 1970 UTC."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,64}))?Z", re.ASCII)
EXAMPLE = "2026-09-08T12:00:00.000000Z"


def read_timestamp(text: str) -> tuple[int, bool]:
    """Return the microsecond that `text` lies in, and whether it is that microsecond exactly (no finer digits).

    Takes RFC 3339 in UTC with a Z, as STIX and TAXII ask for. Raises ValueError for anything else.
    """
    match = _STAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"got {text[:64]!r}, expected a UTC timestamp such as {EXAMPLE}")
    try:
        whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"got {text[:64]!r}, which no calendar has") from error
    digits = match[2] or ""
    micros = int(digits[:6].ljust(6, "0"))
    return (whole - _EPOCH) // _MICROSECOND + micros, not digits[6:].strip("0")


def read_loosely(text: str) -> int | None:
    """Return the microsecond of a timestamp as peers' servers write them (no fraction, an offset, no zone), or None."""
    try:
        return read_timestamp(text)[0]
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        return (moment - _EPOCH) // _MICROSECOND
    except OverflowError:
        return None


def added_text(micros: int) -> str:
    """Return a `date_added`: always six digits after the point."""
    return f"{(_EPOCH + timedelta(microseconds=micros)).isoformat(timespec='microseconds')[:26]}Z"


def version_text(micros: int) -> str:
    """Return a version: three digits after the point, as STIX has them, or six where three would say something else."""
    text = added_text(micros)
    return text if micros % 1000 else f"{text[:-4]}Z"

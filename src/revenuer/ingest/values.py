"""One untrusted value -> one value of a column's type, or BadValue with the reason.

These are the slow, exact rules; `conform` applies them where a whole column cannot be cast at once.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from revenuer.ingest.quarantine import clean

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
INT32_MAX = 2**31 - 1
FLOAT32_MAX = 3.4028234663852886e38
NANOS_FROM, MICROS_FROM, MILLIS_FROM = 1e17, 1e14, 1e11
"""Magnitudes that tell the unit of an epoch number: each leaves the years 1973 to 5138 unambiguous."""

_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,12})?\Z")


class BadValue(ValueError):
    """A value that does not fit its column; the text is the reason, without the column's name."""


def as_string(value: object) -> str | None:
    """Return text; whole numbers are spelled out (ids often are numbers), bytes are decoded."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    raise BadValue(f"is {_kind(value)}, expected text")


def as_int32(value: object) -> int | None:
    """Return a whole number that fits 32 bits; NaN and empty text are null."""
    number = _number(value)
    if number is None:
        return None
    if isinstance(number, float) and not number.is_integer():
        raise BadValue(f"is {number!r}, expected a whole number")
    if not -INT32_MAX - 1 <= number <= INT32_MAX:
        raise BadValue(f"is {str(number)[:24]}, out of range for a 32-bit integer")
    return int(number)


def as_float32(value: object) -> float | None:
    """Return a finite number within float32's range; NaN and empty text are null."""
    number = _number(value)
    if number is None:
        return None
    if not -FLOAT32_MAX <= number <= FLOAT32_MAX:
        raise BadValue(f"is {str(number)[:24]}, out of range for a 32-bit float")
    return float(number)


def as_bool(value: object) -> bool | None:
    """Return a truth value; 0, 1, `true`, `false` (any case) and the like are understood."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in {"true", "t", "1", "yes"}:
            return True
        if word in {"false", "f", "0", "no"}:
            return False
    elif isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    raise BadValue(f"is {_kind(value)} {str(value)[:24]!r}, expected true or false")


def as_micros(value: object) -> int | None:
    """Return microseconds since 1970 UTC of an ISO 8601 text, a datetime or an epoch number.

    An epoch number's unit (seconds, milli-, micro-, nanoseconds) follows from its magnitude; a time without a zone
    is taken as UTC; what is finer than a microsecond is cut off.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, datetime):
            return _of_datetime(value)
        if isinstance(value, date):
            return _of_datetime(datetime(value.year, value.month, value.day))
        if isinstance(value, str) and not _NUMBER.match(value.strip()):
            return _of_datetime(datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError) as error:
        raise BadValue(f"is {str(value)[:40]!r}, expected an ISO 8601 time or an epoch number") from error
    number = _number(value)
    return None if number is None else micros_of_number(number)


def micros_of_number(number: int | float) -> int:
    """Return microseconds since 1970 of an epoch number whose unit its magnitude tells."""
    size = abs(number)
    if size >= 1e22:
        raise BadValue(f"is {str(number)[:24]}, too large for an epoch number")
    if isinstance(number, float):
        scale = (
            1e-3
            if size >= NANOS_FROM
            else 1.0
            if size >= MICROS_FROM
            else 1e3
            if size >= MILLIS_FROM
            else 1e6
        )
        return int(number * scale)
    if size >= NANOS_FROM:
        return number // 1000
    return number * (1 if size >= MICROS_FROM else 1000 if size >= MILLIS_FROM else 1_000_000)


def _of_datetime(value: datetime) -> int:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return (aware - EPOCH) // MICROSECOND


def _number(value: object) -> int | float | None:
    if isinstance(value, Decimal):
        value = float(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _number_of_text(value.strip())
    raise BadValue(f"is {_kind(value)}, expected a number")


def _number_of_text(text: str) -> int | float | None:
    if text == "":
        return None
    if len(text) <= 64:
        for read in (int, float):
            try:
                number = read(text)
            except ValueError:
                continue
            return None if number != number else number
    raise BadValue(f"is {clean(text[:40])!r}, expected a number")


def _kind(value: object) -> str:
    names = {
        bool: "true/false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


def coercer(kind: pa.DataType) -> Callable[[object], object]:
    """Return the rule for one of the types that EXCHANGE_SCHEMA and ACCOUNT_SCHEMA use."""
    if pa.types.is_timestamp(kind):
        return as_micros
    if pa.types.is_int32(kind):
        return as_int32
    if pa.types.is_float32(kind):
        return as_float32
    return as_bool if pa.types.is_boolean(kind) else as_string

"""Columns of votes that nobody vouches for -> arrays, with a mask of the values that cannot be read."""

import math
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.rank.vote_files.code_book import as_strings, places_of
from revenuer.rank.votes import BOTH_BAD
from revenuer.records import WINNERS, InputError

Mask = npt.NDArray[np.bool_]

UNKNOWN_TIME = np.iinfo(np.int64).min
NO_LABEL, OTHER_LABEL = -1, -2
"""What stands for an outcome where there is no label, or one that nobody knows."""

_LABELS = {
    **{label: code for code, label in enumerate(WINNERS)},
    "tie (bothbad)": BOTH_BAD,
    "bothbad": BOTH_BAD,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_US, _LATEST_US = -62_135_596_800_000_000, 253_402_300_800_000_000
"""The years 1 to 9999."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_MILLIS_FROM, _MICROS_FROM, _NANOS_FROM = 1e11, 1e14, 1e17
"""Magnitudes that tell the unit of an epoch number: each leaves the years 1973 to 5138 unambiguous."""
_UNIT_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}
_LONGEST_NUMBER = 64


def text_of(column: pa.Array, name: str, file: str) -> pa.Array:
    """Return a column of names as strings or a dictionary of them; numbers are spelled out, NaN is null.

    Raises InputError where the type of the column cannot hold names. Not checked: whether the bytes are UTF-8.
    """
    column = _storage(column)
    if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
        return column
    column = _decoded(column)
    kind = column.type
    if _is_text(kind):
        return column
    if pa.types.is_null(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        return _spelled(column)
    raise InputError(f"column {name} of {file} holds {kind}, expected text; rewrite it as text")


def outcomes_of(column: pa.Array, name: str, file: str) -> npt.NDArray[np.int8]:
    """Return the code of each label of `column`; NO_LABEL for null and empty text, OTHER_LABEL for what is no label."""
    text = text_of(column, name, file)
    if not pa.types.is_dictionary(text.type) or len(text.dictionary) > len(text):
        text = _decoded(text).cast(pa.large_binary()).dictionary_encode()
    labels = as_strings(text.dictionary).to_pylist()
    codes = [_LABELS.get(label, OTHER_LABEL) if label else NO_LABEL for label in labels]
    outcome: npt.NDArray[np.int8] = np.array([*codes, NO_LABEL], np.int8)[places_of(text)]
    return outcome


def numbers_of(column: pa.Array, name: str, file: str) -> tuple[npt.NDArray[np.float64], Mask]:
    """Return (numbers, unreadable): NaN where there is none, and where text is no number. Raises InputError by the column's type."""
    column = _decoded(_storage(column))
    kind = column.type
    if _is_text(kind):
        return _numbers_of_text(column)
    if not (pa.types.is_null(kind) or _is_number(kind)):
        raise InputError(f"column {name} of {file} holds {kind}, expected numbers; rewrite it as numbers")
    numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers, np.zeros(len(numbers), bool)


def micros_of(column: pa.Array, name: str, file: str) -> tuple[npt.NDArray[np.int64], Mask]:
    """Return (microseconds since 1970 UTC, unreadable) of times, ISO 8601 text or epoch numbers; UNKNOWN_TIME where there is none.

    An epoch number's unit (seconds, milli-, micro-, nanoseconds) follows from its magnitude; a time without a zone is taken as
    UTC; finer than a microsecond is cut or rounded. Raises InputError by the column's type.
    """
    column = _decoded(_storage(column))
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _micros_of_ticks(column, kind.unit)
    if pa.types.is_date(kind):
        return _micros_of_ticks(column.cast(pa.timestamp("s")), "s")
    if _is_text(kind):
        return _micros_of_text(column)
    if pa.types.is_null(kind) or _is_number(kind):
        return _micros_of_numbers(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    raise InputError(
        f"column {name} of {file} holds {kind}, expected times; rewrite it as ISO 8601 text or epoch seconds"
    )


def _storage(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _decoded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _is_text(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_binary_view,
    )
    return any(test(kind) for test in tests)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _spelled(column: pa.Array) -> pa.Array:
    """Spell out floats, whole ones without a point: pandas makes floats of a column of whole numbers with gaps."""
    column = column.cast(pa.float64(), safe=False)
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    try:
        return column.cast(pa.int64()).cast(pa.string())
    except pa.ArrowInvalid:
        return column.cast(pa.string())


def _trimmed(column: pa.Array) -> pa.Array:
    """Return text as valid strings without blanks around them; null where nothing is left."""
    text = pc.utf8_trim_whitespace(as_strings(column.cast(pa.large_binary())))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def _numbers_of_text(column: pa.Array) -> tuple[npt.NDArray[np.float64], Mask]:
    text = _trimmed(column)
    try:
        numbers = text.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return numbers, np.zeros(len(numbers), bool)
    except pa.ArrowInvalid:
        encoded = text.dictionary_encode()
        known = [_number(one) for one in encoded.dictionary.to_pylist()]
        places = places_of(encoded)
        numbers = np.array([math.nan if one is None else one for one in known] + [math.nan])[places]
        return numbers, np.array([one is None for one in known] + [False])[places]


def _number(text: str) -> float | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _micros_of_ticks(column: pa.Array, unit: str) -> tuple[npt.NDArray[np.int64], Mask]:
    known = column.is_valid().to_numpy(zero_copy_only=False)
    ticks = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    scale = _UNIT_US[unit]
    unreadable = known & ~_plausible(ticks * scale)
    micros = ticks // 1000 if unit == "ns" else np.where(unreadable, 0, ticks) * np.int64(scale)
    return np.where(known, micros, UNKNOWN_TIME), unreadable


def _micros_of_numbers(numbers: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], Mask]:
    size = np.abs(numbers)
    steps = np.searchsorted([_MILLIS_FROM, _MICROS_FROM, _NANOS_FROM], size, side="right")
    with np.errstate(over="ignore", invalid="ignore"):
        exact = numbers * np.array([1e6, 1e3, 1.0, 1e-3])[np.minimum(steps, 3)]
    known = ~np.isnan(numbers)
    unreadable = known & ~_plausible(exact)
    micros = np.where(known & ~unreadable, np.round(exact), 0).astype(np.int64)
    return np.where(known, micros, UNKNOWN_TIME), unreadable


def _plausible(micros: npt.NDArray[np.float64]) -> Mask:
    return (micros >= _EARLIEST_US) & (micros < _LATEST_US)


def _micros_of_text(column: pa.Array) -> tuple[npt.NDArray[np.int64], Mask]:
    text = _trimmed(column)
    for kind in (pa.timestamp("us", tz="UTC"), pa.timestamp("us")):
        try:
            return _micros_of_ticks(text.cast(kind), "us")
        except pa.ArrowInvalid:
            continue
    try:
        return _micros_of_numbers(text.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        return _micros_of_any_text(text)


def _micros_of_any_text(text: pa.Array) -> tuple[npt.NDArray[np.int64], Mask]:
    """Read each distinct text by itself, where no one rule reads them all."""
    encoded = text.dictionary_encode()
    known = [_micros(one) for one in encoded.dictionary.to_pylist()]
    places = places_of(encoded)
    micros = np.array([UNKNOWN_TIME if one is None else one for one in known] + [UNKNOWN_TIME], np.int64)[
        places
    ]
    return micros, np.array([one is None for one in known] + [False])[places]


def _micros(text: str) -> int | None:
    """Return microseconds since 1970 UTC of one text, None where it cannot be read."""
    if len(text) > _LONGEST_NUMBER:
        return None
    if _NUMBER.match(text):
        micros, unreadable = _micros_of_numbers(np.array([float(text)]))
        return None if unreadable[0] else int(micros[0])
    try:
        time = datetime.fromisoformat(text)
        aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
        return (aware - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None

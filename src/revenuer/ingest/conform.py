"""Columns as they came -> columns of a schema, with the rows that do not fit and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.ingest.arrowvalues import python_values
from revenuer.ingest.finish import normalised
from revenuer.ingest.values import EPOCH, MICROS_FROM, MICROSECOND, MILLIS_FROM, NANOS_FROM, BadValue, coercer

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
EARLIEST_US = (EARLIEST - EPOCH) // MICROSECOND
LATEST_US = (LATEST - EPOCH) // MICROSECOND
"""No language model was served before 2015: an earlier time is an unset clock or a wrong unit."""

NOT_NEGATIVE = ("turn", "tool_count", "n", "input_tokens", "output_tokens")
_UTC_MICROS = pa.timestamp("us", tz="UTC")
_PLAIN: tuple[tuple[Callable[[pa.DataType], bool], frozenset[type]], ...] = (
    (pa.types.is_string, frozenset({str, type(None)})),
    (pa.types.is_int32, frozenset({int, type(None)})),
    (pa.types.is_boolean, frozenset({bool, type(None)})),
)
_CAST_ERRORS = (pa.ArrowException, OverflowError, ValueError, TypeError)

Values: TypeAlias = "Sequence[object] | pa.Array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """`batch` has every row; those listed in `bad` (row -> reason) hold nulls where they did not fit."""

    batch: pa.RecordBatch
    bad: dict[int, str]


def conform(columns: Mapping[str, Values], size: int, schema: pa.Schema) -> Conformed:
    """Cast `columns`, each of `size` values, to `schema`; columns that are not given are null."""
    bad: dict[int, str] = {}
    arrays = []
    for field in schema:
        given = columns.get(field.name)
        array = pa.nulls(size, field.type) if given is None else _column(field, given, bad)
        _check(field, array, bad)
        arrays.append(array)
    return Conformed(batch=pa.RecordBatch.from_arrays(arrays, schema=schema), bad=bad)


def _column(field: pa.Field, given: Values, bad: dict[int, str]) -> pa.Array:
    array = _cast(field.type, given) if isinstance(given, pa.Array) else _plain(field.type, given)
    if array is None:
        values = python_values(given) if isinstance(given, pa.Array) else given
        array = _one_by_one(field, values, bad)
    return normalised(array) if field.name == "finish_reason" else array


def _plain(kind: pa.DataType, values: Sequence[object]) -> pa.Array | None:
    """Build the column at once where every value already has its type; None otherwise."""
    present = frozenset(map(type, values))
    if present <= {type(None)}:
        return pa.nulls(len(values), kind)
    try:
        if pa.types.is_timestamp(kind):
            return _plain_times(present, values)
        for belongs, allowed in _PLAIN:
            if belongs(kind) and present <= allowed:
                return pa.array(values, type=kind)
    except _CAST_ERRORS:
        return None
    return None


def _plain_times(present: frozenset[type], values: Sequence[object]) -> pa.Array | None:
    if present <= {str, type(None)}:
        return pc.cast(pa.array(values, type=pa.string()), _UTC_MICROS)
    if present <= {int, type(None)}:
        return _epochs(pa.array(values, type=pa.int64()))
    return None


def _cast(kind: pa.DataType, given: pa.Array) -> pa.Array | None:
    """Cast an Arrow column at once; None where some value needs the exact rules."""
    source = given.type
    if source == kind and not pa.types.is_floating(kind):
        return given
    try:
        if pa.types.is_dictionary(source):
            return _cast(kind, given.dictionary_decode())
        if pa.types.is_floating(source) and not pa.types.is_float16(source):
            given = pc.if_else(pc.is_nan(given), pa.scalar(None, source), given)
        if pa.types.is_timestamp(kind):
            return _cast_times(given)
        if pa.types.is_float32(kind):
            return _cast_floats(given)
        if pa.types.is_string(kind) and not (pa.types.is_integer(source) or _is_text(source)):
            return None
        if pa.types.is_boolean(kind) or pa.types.is_boolean(source):
            return None
        return pc.cast(given, kind)
    except _CAST_ERRORS:
        return None


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _cast_floats(given: pa.Array) -> pa.Array | None:
    if not (pa.types.is_floating(given.type) or pa.types.is_integer(given.type)):
        return None
    cast = pc.cast(given, pa.float32(), safe=False)
    return cast if pc.all(pc.is_finite(cast), min_count=0).as_py() else None


def _cast_times(given: pa.Array) -> pa.Array | None:
    if pa.types.is_timestamp(given.type):
        if given.type.unit == "ns":
            given = pc.cast(given, pa.timestamp("us", tz=given.type.tz), safe=False)
        return pc.cast(given, _UTC_MICROS)
    if pa.types.is_integer(given.type):
        return _epochs(pc.cast(given, pa.int64()))
    return pc.cast(given, _UTC_MICROS) if pa.types.is_date(given.type) or _is_text(given.type) else None


def _epochs(numbers: pa.Array) -> pa.Array:
    values = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
    size = np.abs(values.astype(np.float64))
    scale = np.where(size >= MICROS_FROM, 1, np.where(size >= MILLIS_FROM, 1000, 1_000_000))
    micros = np.where(size >= NANOS_FROM, values // 1000, values * scale)
    nulls = pc.is_null(numbers).to_numpy(zero_copy_only=False)
    return pa.array(micros, type=pa.int64(), mask=nulls).cast(_UTC_MICROS)


def _one_by_one(field: pa.Field, values: Sequence[object], bad: dict[int, str]) -> pa.Array:
    coerce = coercer(field.type)
    kept: list[object] = []
    for row, value in enumerate(values):
        try:
            kept.append(coerce(value))
        except BadValue as error:
            bad.setdefault(row, f"{field.name} {error}")
            kept.append(None)
    if pa.types.is_timestamp(field.type):
        return _micros(field, kept, bad)
    return pa.array(kept, type=field.type)


def _micros(field: pa.Field, kept: list[object], bad: dict[int, str]) -> pa.Array:
    for row, value in enumerate(kept):
        if isinstance(value, int) and not EARLIEST_US - 2**52 <= value < LATEST_US:
            bad.setdefault(row, f"{field.name} is out of range, expected a time from 2015 to 2099")
            kept[row] = None
    return pa.array(kept, type=pa.int64()).cast(_UTC_MICROS)


def _check(field: pa.Field, array: pa.Array, bad: dict[int, str]) -> None:
    if not field.nullable:
        missing = pc.is_null(array)
        if pa.types.is_string(field.type):
            missing = pc.or_kleene(missing, pc.equal(array, ""))
        _flag(missing, f"{field.name} is missing", bad)
    if field.name == "timestamp":
        micros = array.cast(pa.int64())
        _flag(pc.less(micros, EARLIEST_US), "timestamp is before 2015: an unset clock or a wrong unit?", bad)
        _flag(pc.greater_equal(micros, LATEST_US), "timestamp is after 2099: a wrong unit?", bad)
    if field.name in NOT_NEGATIVE:
        _flag(pc.less(array, 0), f"{field.name} is negative", bad)


def _flag(mask: pa.Array, reason: str, bad: dict[int, str]) -> None:
    if mask.null_count == len(mask) or not pc.any(mask).as_py():
        return
    for row in np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)):
        bad.setdefault(int(row), reason)

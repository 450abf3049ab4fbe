"""Arrow columns that nobody vouches for -> Python values, without failing on what Python cannot hold."""

import pyarrow as pa
import pyarrow.compute as pc

_ERRORS = (ValueError, OverflowError, pa.ArrowException, TypeError)


def python_values(column: pa.Array) -> list[object]:
    """Return the values of `column`; bytes that are not UTF-8 become U+FFFD, times microseconds since 1970.

    A value that Python cannot hold (a date in the year 40000) is given as its Arrow text.
    """
    try:
        column = _holdable(column)
        values: list[object] = column.to_pylist()
    except _ERRORS:
        return [_one(scalar) for scalar in column]
    return values


def _holdable(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return pc.cast(pc.cast(column, pa.timestamp("us", tz=column.type.tz), safe=False), pa.int64())
    return column


def _one(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return bytes(scalar.as_buffer()).decode("utf-8", "replace")
    except _ERRORS:
        return str(scalar)


def valid_text(column: pa.Array) -> bool:
    """Tell whether every string of `column` is UTF-8 and its buffers are sound."""
    try:
        column.validate(full=True)
    except (pa.ArrowException, ValueError):
        return False
    return True

"""Gives kernels the raw bytes of an Arrow string column without copying a text."""

import numpy as np
import pyarrow as pa


def utf8_buffers(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return (bytes uint8, read-only; offsets int64 of n + 1) of a string column; a null text has zero length.

    Raises TypeError for a column that is not of strings. Offsets index the whole buffer, so slices need no copy.
    Read-only always, not only where Arrow's buffer is: kernels then compile, and are cached, for one kind of array.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        width: type[np.signedinteger] = np.int32
    elif pa.types.is_large_string(column.type):
        width = np.int64
    else:
        raise TypeError(f"expected a string column, got {column.type}")
    n = len(column)
    _, offsets_buffer, data_buffer = column.buffers()
    if n == 0 or offsets_buffer is None:
        return _read_only(np.zeros(0, np.uint8)), np.zeros(n + 1, np.int64)
    offsets = np.frombuffer(offsets_buffer, width)[column.offset : column.offset + n + 1].astype(np.int64)
    if column.null_count and (np.diff(offsets)[np.asarray(column.is_null())] > 0).any():
        return utf8_buffers(column.fill_null(""))
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    return _read_only(data), offsets


def _read_only(data: np.ndarray) -> np.ndarray:
    data.flags.writeable = False
    return data

"""A file of arrays with a checksum over every byte, written whole or not at all: the part of the state that is too large for facts.

Layout, all numbers little-endian: MAGIC, length of the header (u32), header (JSON), BLAKE2b-128 of all that; then for each array its bytes
in C order and their BLAKE2b-128, keyed with the header's checksum, so that parts of two snapshots cannot be mixed.
"""

import errno
import hashlib
import json
import math
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from revenuer.records import InputError, ResourceError, UsageError

SNAPSHOT_VERSION = 1
MAGIC = b"REVSNAP\n"
CHUNK = 1 << 22
"""Bytes that are copied, hashed and written at a time."""

HEADER_LIMIT = 1 << 24
_DIGEST = 16
_EXHAUSTED = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a file held: arrays by name (writable, C order) and the writer's own words about them."""

    arrays: dict[str, Array]
    meta: dict[str, Any]


def write_snapshot(path: Path, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write `arrays` and `meta` (what JSON can hold) to `path`, or leave the file that is there as it was.

    Needs 4 MiB beside the arrays. They must not change meanwhile. Raises UsageError on an array of objects or meta that JSON cannot hold,
    ResourceError on a full disk or a folder that cannot be written.
    """
    header = _header(arrays, meta)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb", buffering=0) as target:
            seal = hashlib.blake2b(header, digest_size=_DIGEST).digest()
            _write(target, header + seal)
            for array in arrays.values():
                _write_section(target, array, seal)
            os.fsync(target.fileno())
        os.replace(partial, path)
        _flush_folder(path.parent)
    except OSError as error:
        why = "no room left" if error.errno in _EXHAUSTED else error.strerror or str(error)
        raise ResourceError(
            f"cannot write the snapshot {path} ({why}); the one before it, if any, is untouched: free some space or name another place"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def read_snapshot(path: Path) -> Snapshot:
    """Return what `write_snapshot` wrote. Raises InputError that names what is wrong where one bit is; nothing is trusted before its
    checksum was seen, and nothing is allocated that the file's length does not cover."""
    try:
        with open(path, "rb", buffering=0) as source:
            header, seal = _read_header(source, path)
            sections = _sections(header, path)
            _check_length(source, path, sections)
            arrays = {name: _read_section(source, path, name, *form, seal) for name, form in sections.items()}
    except OSError as error:
        raise InputError(
            f"cannot read the snapshot {path} ({error.strerror or error}); name another file"
        ) from error
    return Snapshot(arrays=arrays, meta=header["meta"])


def _header(arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> bytes:
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise UsageError(
                f"the array {name} holds Python objects; a snapshot takes numbers, flags and fixed-width records"
            )
    described = {
        "schema_version": SNAPSHOT_VERSION,
        "meta": dict(meta),
        "arrays": [
            {"name": name, "dtype": np.lib.format.dtype_to_descr(array.dtype), "shape": list(array.shape)}
            for name, array in arrays.items()
        ],
    }
    try:
        text = json.dumps(described, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"the meta data of a snapshot must be what JSON can hold: {error}") from error
    if len(text) > HEADER_LIMIT:
        raise UsageError(
            f"the meta data of a snapshot take {len(text)} bytes; at most {HEADER_LIMIT} are allowed"
        )
    return MAGIC + struct.pack("<I", len(text)) + text


def _chunks(array: Array) -> Iterator[memoryview]:
    """Yield the bytes of `array` in C order without a copy of all of it."""
    if array.flags.c_contiguous:
        view = array.reshape(-1).view(np.uint8).data if array.size and array.itemsize else memoryview(b"")
        yield from (view[start : start + CHUNK] for start in range(0, len(view), CHUNK))
        return
    rows = max(1, CHUNK // max(1, array.nbytes // len(array)))
    for start in range(0, len(array), rows):
        yield from _chunks(np.ascontiguousarray(array[start : start + rows]))


def _write_section(target: IO[bytes], array: Array, seal: bytes) -> None:
    checksum = hashlib.blake2b(digest_size=_DIGEST, key=seal)
    for chunk in _chunks(array):
        checksum.update(chunk)
        _write(target, chunk)
    _write(target, checksum.digest())


def _write(target: IO[bytes], content: bytes | memoryview) -> None:
    """Write all of it: an unbuffered file may take less at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[target.write(rest) :]


def _read_header(source: IO[bytes], path: Path) -> tuple[dict[str, Any], bytes]:
    start = _read(source, len(MAGIC) + 4)
    if start[: len(MAGIC)] != MAGIC:
        raise InputError(f"{path} is no snapshot: it does not begin with {MAGIC!r}; name another file")
    if len(start) < len(MAGIC) + 4:
        raise InputError(f"the snapshot {path} ends within its first bytes; take the one before it")
    (length,) = struct.unpack("<I", start[len(MAGIC) :])
    if length > HEADER_LIMIT:
        raise InputError(
            f"the snapshot {path} is damaged: its header would take {length} bytes; take the one before it"
        )
    text, seal = _read(source, length), _read(source, _DIGEST)
    if hashlib.blake2b(start + text, digest_size=_DIGEST).digest() != seal:
        raise InputError(
            f"the snapshot {path} is damaged: its header does not fit its checksum; take the one before it"
        )
    try:
        header: dict[str, Any] = json.loads(text)
        version, _ = header["schema_version"], header["meta"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the snapshot {path} has a header that cannot be read ({error!r}); take the one before it"
        ) from error
    if version != SNAPSHOT_VERSION:
        raise InputError(
            f"the snapshot {path} has schema version {version}, this program knows {SNAPSHOT_VERSION}; upgrade, or delete the file"
        )
    return header, seal


def _sections(header: dict[str, Any], path: Path) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    try:
        return {
            one["name"]: (np.lib.format.descr_to_dtype(_described(one["dtype"])), tuple(one["shape"]))
            for one in header["arrays"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"the snapshot {path} describes its arrays in a way that cannot be read ({error}); take the one before it"
        ) from error


def _described(form: Any) -> Any:
    """Return a type's description as numpy wants it, after a way through JSON, which has lists for tuples."""
    if isinstance(form, list):
        return [(one[0], _described(one[1]), *map(tuple, one[2:])) for one in form]
    return form


def _check_length(
    source: IO[bytes], path: Path, sections: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]
) -> None:
    begun = source.tell()
    expected = begun + sum(math.prod(shape) * dtype.itemsize + _DIGEST for dtype, shape in sections.values())
    length = os.fstat(source.fileno()).st_size
    if length != expected:
        raise InputError(
            f"the snapshot {path} has {length} bytes where its header says {expected}: it was cut off or added to; take the one before it"
        )


def _read_section(
    source: IO[bytes], path: Path, name: str, dtype: np.dtype[Any], shape: tuple[int, ...], seal: bytes
) -> Array:
    array = np.empty(shape, dtype)
    checksum = hashlib.blake2b(digest_size=_DIGEST, key=seal)
    for chunk in _chunks(array):
        rest = chunk
        while rest:
            got = source.readinto(rest)  # type: ignore[attr-defined]
            if not got:
                raise InputError(f"the snapshot {path} ends within the array {name}; take the one before it")
            rest = rest[got:]
        checksum.update(chunk)
    if checksum.digest() != _read(source, _DIGEST):
        raise InputError(
            f"the snapshot {path} is damaged: the array {name} does not fit its checksum; take the one before it"
        )
    return array


def _read(source: IO[bytes], length: int) -> bytes:
    """Return `length` bytes, fewer at the end of the file."""
    parts = []
    while length and (part := source.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files of rows, as JSON lines (also .gz, .zst) or Parquet -> typed rows, and what could not be used set aside with its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError

T = TypeVar("T", bound=msgspec.Struct)

MAX_LINE_BYTES = 64 << 20
NOT_UTF8 = "bytes that are not UTF-8"
NOT_JSON = "not a JSON object of this kind"
WRONG_FIELD = "a field is missing or of the wrong type"
_CODECS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_CHUNK_BYTES = 4 << 20


def read_rows(path: Path, row: type[T], aside: SetAside, expected: str) -> Iterator[tuple[int, T]]:
    """Yield (line, row) for each usable row; lines count from 1, rows of Parquet too. Blank lines are none; a null is an absent field.

    `expected`: the file's columns in words, for errors. A row whose text is not UTF-8 is set aside and not repaired: a test must not read what
    nobody wrote. Raises InputError for a file that is absent, damaged, or of another kind.
    """
    head = _first_bytes(path, expected)
    if not head:
        raise InputError(f"{path} is empty, expected {expected}; write it again")
    if head.startswith(b"PAR1"):
        yield from _parquet_rows(path, row, aside, expected)
        return
    decoder = msgspec.json.Decoder(row)
    for line, raw in enumerate(_lines(path, expected), 1):
        if not raw.strip():
            continue
        try:
            raw.decode("utf-8")
            yield line, decoder.decode(raw)
        except UnicodeDecodeError as error:
            aside.add(line, NOT_UTF8, raw, f"at byte {error.start}")
        except msgspec.ValidationError as error:
            aside.add(line, WRONG_FIELD, raw, str(error))
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            aside.add(line, NOT_JSON, raw, str(error)[:120])


def _first_bytes(path: Path, expected: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}, expected {expected}; check the path") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}), expected {expected}; check the path") from error


def _lines(path: Path, expected: str) -> Iterator[bytes]:
    pending: list[bytes] = []
    held = 0
    with _unpacked(path) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            head, *rest = chunk.split(b"\n")
            pending.append(head)
            held += len(head)
            if rest:
                yield b"".join(pending)
                yield from rest[:-1]
                pending, held = [rest[-1]], len(rest[-1])
            if held > MAX_LINE_BYTES:
                raise InputError(
                    f"{path} has a line of more than {MAX_LINE_BYTES >> 20} MiB, expected {expected}; write one object a line"
                )
    yield b"".join(pending)


@contextmanager
def _unpacked(path: Path) -> Iterator[Any]:
    try:
        with pa.OSFile(str(path)) as raw:
            codec = next((name for magic, name in _CODECS.items() if raw.read(4).startswith(magic)), None)
            raw.seek(0)
            if codec is None:
                yield raw
                return
            with pa.CompressedInputStream(raw, codec) as stream:
                yield stream
    except OSError as error:
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(f"{path} cannot be read to its end ({detail}); copy or export it again") from error


def _parquet_rows(path: Path, row: type[T], aside: SetAside, expected: str) -> Iterator[tuple[int, T]]:
    line = 0
    names = {field.encode_name for field in msgspec.structs.fields(row)}
    try:
        with pq.ParquetFile(path) as opened:
            columns = [name for name in opened.schema_arrow.names if name in names]
            for batch in opened.iter_batches(batch_size=4096, columns=columns):
                for record in batch.to_pylist():
                    line += 1
                    given = {name: value for name, value in record.items() if value is not None}
                    try:
                        yield line, msgspec.convert(given, row)
                    except msgspec.ValidationError as error:
                        aside.add(line, WRONG_FIELD, str(given), str(error))
    except (pa.ArrowException, OSError, ValueError) as error:
        detail = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise InputError(
            f"{path} is not a whole Parquet file ({detail}), expected {expected}; export it again"
        ) from error

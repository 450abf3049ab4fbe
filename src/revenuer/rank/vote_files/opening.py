"""Opening a file of votes, packed or not, and telling what kind it is."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyarrow as pa

from revenuer.records import InputError

Kind = Literal["parquet", "csv", "lines", "array", "counts"]

CHUNK_BYTES = 4 << 20
_HEAD_BYTES = 256 << 10
_CODECS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_PARQUET_MAGIC = b"PAR1"
_PAIR_KEYS = re.compile(rb'"(?:models|X|Y)"\s*:\s*\[')
_EXPECTED = "expected votes as Parquet, CSV, JSON lines, a JSON array or pair counts in JSON (the text forms also as .gz or .zst)"


def kind_of(path: Path, file: str) -> Kind:
    """Tell the kind of a file by its first bytes, and by its name where these leave a doubt. Raises InputError."""
    if _first_bytes(path, file).startswith(_PARQUET_MAGIC):
        return "parquet"
    head = b""
    for chunk in text_chunks(path, file, size=_HEAD_BYTES):
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    return _kind_of_text(head.strip(), _suffix(path), file)


def _kind_of_text(text: bytes, suffix: str, file: str) -> Kind:
    if not text:
        raise InputError(f"{file} is empty, {_EXPECTED}; export the votes again")
    if text.startswith(_PARQUET_MAGIC):
        raise InputError(f"{file} is Parquet in a packed file, {_EXPECTED}; unpack it first")
    if b"\0" in text[:4096]:
        raise InputError(f"{file} is neither Parquet nor UTF-8 text, {_EXPECTED}; convert it")
    lines = suffix in (".jsonl", ".ndjson")
    if text.startswith(b"[") and not lines:
        return "array"
    if text.startswith(b"{"):
        return "counts" if _PAIR_KEYS.search(text) and b'"model_a"' not in text else "lines"
    if lines or any(line.lstrip().startswith(b"{") for line in text.splitlines()[:20]):
        return "lines"
    if suffix in (".csv", ".tsv") or re.search(rb"[,;\t|]", text.splitlines()[0]):
        return "csv"
    raise InputError(f"{file} is a file of another kind, {_EXPECTED}; convert it")


def _suffix(path: Path) -> str:
    named = path.with_suffix("") if path.suffix.lower() in (".gz", ".zst", ".zstd") else path
    return named.suffix.lower()


def _first_bytes(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {file}, {_EXPECTED}; check the path") from error
    except OSError as error:
        detail = error.strerror or str(error)
        raise InputError(f"{file} cannot be read ({detail}), {_EXPECTED}; check the path") from error
    except ValueError as error:
        raise InputError(f"{file!r} is not a path ({error}), {_EXPECTED}; check the path") from error


def text_chunks(path: Path, file: str, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield the unpacked bytes of a file in pieces of at most `size`, without a byte-order mark. Raises InputError."""
    first = True
    with _unpacked(path, file) as stream:
        while chunk := stream.read(size):
            yield chunk.removeprefix(codecs.BOM_UTF8) if first else chunk
            first = False


@contextmanager
def _unpacked(path: Path, file: str) -> Iterator[pa.NativeFile]:
    magic = _first_bytes(path, file)
    codec = next((name for start, name in _CODECS.items() if magic.startswith(start)), None)
    try:
        with pa.OSFile(str(path)) as raw:
            if codec is None:
                yield raw
                return
            with pa.CompressedInputStream(raw, codec) as stream:
                yield stream
    except OSError as error:
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(f"{file} cannot be read to its end ({detail}); copy or export it again") from error

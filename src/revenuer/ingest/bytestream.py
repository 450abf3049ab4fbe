"""A file's bytes in chunks: unpacked (gzip, zstd, by magic bytes) and as UTF-8 whatever the byte-order mark says."""

import codecs
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import zstandard

from revenuer.ingest.locate import Source
from revenuer.records import InputError

CHUNK_BYTES = 1 << 20
GZIP_MAGIC, ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_WBITS_GZIP = 31
_GZIP_STEP = 64 << 10
_ZSTD_STEP = 4096
"""zstd unpacks a step at once, up to some 20,000-fold: a small step bounds what a bomb can claim."""


def chunks(source: Source, notes: list[str]) -> Iterator[bytes]:
    """Yield the unpacked bytes of `source` in pieces of bounded size.

    Packed data that ends or breaks early is read as far as it goes; a sentence in `notes` says so.
    """
    yield from _as_utf8(_unpacked(_raw(source), notes), notes)


def _raw(source: Source) -> Iterator[bytes]:
    with source.open() as stream:
        while chunk := _read(stream, source):
            yield chunk


def _read(stream: BinaryIO, source: Source) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise InputError(
            f"reading {source.name} failed ({error.strerror or error}): check the medium"
        ) from error


def _unpacked(raw: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    first = next(raw, b"")
    while 0 < len(first) < 4:
        more = next(raw, b"")
        if not more:
            break
        first += more
    if first.startswith(GZIP_MAGIC):
        yield from _gunzip(first, raw, notes)
    elif first.startswith(ZSTD_MAGIC):
        yield from _unzstd(first, raw, notes)
    else:
        yield first
        yield from raw


def _gunzip(first: bytes, raw: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_WBITS_GZIP)
    for chunk in _chain(first, raw):
        for start in range(0, len(chunk), _GZIP_STEP):
            data = chunk[start : start + _GZIP_STEP]
            while data:
                if unpacker.eof:
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                    unpacker = zlib.decompressobj(_WBITS_GZIP)
                before = unpacker.copy()
                try:
                    yield unpacker.decompress(data, CHUNK_BYTES)
                except zlib.error as error:
                    yield from _up_to_damage(before, data)
                    notes.append(
                        f"the gzip data is damaged ({error}); what stands before the damage was read"
                    )
                    return
                data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        notes.append("the gzip data ends early; what there is was read")


def _up_to_damage(unpacker: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Unpack byte by byte, because one call that meets damage gives nothing of what came before it."""
    for at in range(len(data)):
        try:
            yield unpacker.decompress(data[at : at + 1])
        except zlib.error:
            return


def _unzstd(first: bytes, raw: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    ended = False
    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
    try:
        for data in _chain(first, raw):
            while data:
                if unpacker.eof:
                    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
                unused = b""
                for start in range(0, len(data), _ZSTD_STEP):
                    yield unpacker.decompress(data[start : start + _ZSTD_STEP])
                    if unpacker.eof:
                        unused = unpacker.unused_data + data[start + _ZSTD_STEP :]
                        break
                data, ended = unused, unpacker.eof
    except zstandard.ZstdError as error:
        notes.append(f"the zstd data is damaged ({error}); what stands before the damage was read")
        return
    if not ended:
        notes.append("the zstd data ends early; what there is was read")


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _as_utf8(data: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    first = b""
    for chunk in data:
        first += chunk
        if len(first) >= 4:
            break
    encoding = _marked_encoding(first)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from data
        return
    notes.append(f"the text is {encoding.upper()} by its byte-order mark and was converted")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in _chain(first, data):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _marked_encoding(first: bytes) -> str | None:
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None

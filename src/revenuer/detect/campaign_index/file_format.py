"""How a campaign index lies on disk: one file that is checked once and then mapped into memory as it is.

    magic (8 bytes) | format version u32 | header length u32 | file length u64 | header (JSON), padded to 64 bytes
    sections, each padded to 64 bytes | BLAKE2b-256 of everything before

All numbers are little-endian. The header lists the campaigns and where each section lies.
"""

import hashlib
import mmap
import os
import struct

import msgspec
import numpy as np

from revenuer import __version__
from revenuer.detect.campaign_index.content import ENTRY, IndexContent, IndexedCampaign, KeyNote
from revenuer.detect.campaign_index.table import build_table
from revenuer.records import InputError

INDEX_FILE = "campaigns.index"
MAGIC = b"RVNINDEX"
FORMAT_VERSION = 2
ALIGN = 64
DIGEST_BYTES = 32
CHUNK = 1 << 20
PRIVATE_BYTES = 16 << 20
"""A file up to this size (some 300,000 entries) is read into memory of our own: whoever then overwrites it in place, instead of
renaming another over it, cannot pull the pages away from under a running guard."""
_FIXED = struct.Struct("<8sIIQ")
_DTYPES = {"entries": ENTRY, "table_keys": np.dtype("<u8"), "table_rows": np.dtype("<i4")}
MAKE_ANOTHER = "write it again with `revenuer scan` or `revenuer guard index build`"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Where an array lies: `offset` from the end of the padded header, `count` items of the type that its name has."""

    name: str
    offset: int
    count: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The readable part. Times in microseconds since 1970 UTC."""

    generated_by: str
    made_at: int
    key: KeyNote
    left_out: tuple[str, ...]
    campaigns: tuple[IndexedCampaign, ...]
    sections: tuple[Section, ...]


def index_bytes(content: IndexContent) -> bytes:
    """Return the file's bytes; the same content gives the same bytes."""
    arrays = _arrays(content.entries)
    sections, at = [], 0
    for name, array in arrays.items():
        sections.append(Section(name=name, offset=at, count=len(array)))
        at += _padded(array.nbytes)
    header = msgspec.json.encode(
        Header(
            generated_by=f"revenuer {__version__}",
            made_at=content.made_at,
            key=content.key,
            left_out=content.left_out,
            campaigns=content.campaigns,
            sections=tuple(sections),
        )
    )
    start = _padded(_FIXED.size + len(header))
    out = bytearray(start + at)
    _FIXED.pack_into(out, 0, MAGIC, FORMAT_VERSION, len(header), len(out) + DIGEST_BYTES)
    out[_FIXED.size : _FIXED.size + len(header)] = header
    for section, array in zip(sections, arrays.values(), strict=True):
        low = start + section.offset
        out[low : low + array.nbytes] = array.tobytes()
    return bytes(out) + hashlib.blake2b(out, digest_size=DIGEST_BYTES).digest()


def _arrays(entries: np.ndarray) -> dict[str, np.ndarray]:
    """Return the sections, in order: entries with equal keys side by side, then the table over them."""
    order = np.lexsort((entries["kind"], entries["campaign"], entries["key"]))
    ordered = entries[order].astype(ENTRY)
    table_keys, table_rows, ordered["next"] = build_table(ordered["key"])
    return {"entries": ordered, "table_keys": table_keys, "table_rows": table_rows}


def open_buffer(file: int) -> memoryview:
    """Return the content of an open file: mapped into memory, or, up to PRIVATE_BYTES, a copy that nobody else can change."""
    size = os.fstat(file).st_size
    if size > PRIVATE_BYTES:
        return memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
    parts = []
    while part := os.read(file, CHUNK):
        parts.append(part)
    return memoryview(b"".join(parts))


def read_header(buffer: memoryview, name: str) -> tuple[Header, int]:
    """Check a file's content from end to end and return (header, where its sections begin).

    `name` is what to call it in an error. Raises InputError for a file that is not an index, not whole, not as it was written, or
    of a newer format.
    """
    size = len(buffer)
    if size < _FIXED.size or buffer[: len(MAGIC)] != MAGIC:
        raise InputError(
            f"{name} is no campaign index (it does not begin with {MAGIC.decode()}); {MAKE_ANOTHER}"
        )
    _, version, header_bytes, file_bytes = _FIXED.unpack_from(buffer)
    if version != FORMAT_VERSION:
        raise InputError(
            f"{name} has format version {version}, this program reads {FORMAT_VERSION}: upgrade whichever of the two programs "
            f"is older, or {MAKE_ANOTHER}"
        )
    start = _padded(_FIXED.size + header_bytes)
    if size != file_bytes or size < start + DIGEST_BYTES:
        raise InputError(
            f"{name} is {size} bytes long and should be {file_bytes}: it is half-written or was changed; {MAKE_ANOTHER}"
        )
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for at in range(0, size - DIGEST_BYTES, CHUNK):
        digest.update(buffer[at : min(at + CHUNK, size - DIGEST_BYTES)])
    if digest.digest() != buffer[size - DIGEST_BYTES :]:
        raise InputError(f"{name} is damaged: its checksum does not fit its content; {MAKE_ANOTHER}")
    try:
        header = msgspec.json.decode(buffer[_FIXED.size : _FIXED.size + header_bytes], type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{name} has a header that cannot be read ({error}); {MAKE_ANOTHER}") from error
    _check_sections(header.sections, size - DIGEST_BYTES - start, name)
    return header, start


def section_array(buffer: memoryview, header: Header, start: int, name: str) -> np.ndarray:
    """Return a section of a mapped file as a read-only array over the mapping."""
    section = next(s for s in header.sections if s.name == name)
    return np.frombuffer(buffer, _DTYPES[name], section.count, start + section.offset)


def _check_sections(sections: tuple[Section, ...], room: int, name: str) -> None:
    fits = {s.name for s in sections} >= _DTYPES.keys() and all(
        s.offset >= 0 and s.count >= 0 and s.offset % ALIGN == 0
        and s.offset + s.count * _DTYPES[s.name].itemsize <= room
        for s in sections
        if s.name in _DTYPES
    )  # fmt: skip
    if not fits:
        raise InputError(f"{name} has sections that are missing or do not fit into it; {MAKE_ANOTHER}")


def _padded(size: int) -> int:
    return -(-size // ALIGN) * ALIGN

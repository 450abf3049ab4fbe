"""The set file: a header, the rows' tags in order, their sealed payloads in the same order. Memory-mapped; the same bytes go to the partner."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from revenuer.share.matching.fault import MatchFault
from revenuer.share.matching.rows import (
    MOST_SLOTS,
    ROW_BYTES,
    SEALED_BYTES,
    TAG_BYTES,
    Payload,
    opened,
    tag_of,
)

MAGIC = b"RVNRSET1"
_HEADER = struct.Struct("<8s16sQQ")
HEADER_BYTES = _HEADER.size
KEY_ID_BYTES = 16
MOST_ROWS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTable:
    """A set, mapped. `key_id`: of the key that its rows follow from. `tags`: uint64, sorted. `sealed`: uint8[rows, 33]."""

    key_id: bytes
    revision: int
    tags: np.ndarray
    sealed: np.ndarray

    def reveals(self, seed: bytes) -> list[Payload]:
        """Return what the item that `seed` follows from reveals; nothing where the set does not have it.

        A chance equality of tags reveals nothing: the payload opens for its own item alone, but for a chance of 2**-128.
        """
        found: list[Payload] = []
        for slot in range(MOST_SLOTS):
            payload = next(self._at(seed, slot), None)
            if payload is None:
                break
            found.append(payload)
        return found

    def _at(self, seed: bytes, slot: int) -> Iterator[Payload]:
        tag = np.uint64(tag_of(seed, slot))
        start, stop = self.tags.searchsorted(tag, "left"), self.tags.searchsorted(tag, "right")
        for i in range(int(start), int(stop)):
            payload = opened(seed, slot, self.sealed[i].tobytes(), self.key_id)
            if payload is not None:
                yield payload


def table_bytes(rows: Sequence[bytes], key_id: bytes, revision: int) -> bytes:
    """Return the set file of these rows (ROW_BYTES each)."""
    table = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), ROW_BYTES)
    tags = np.ascontiguousarray(table[:, :TAG_BYTES]).view("<u8").ravel()
    order = np.argsort(tags, kind="stable")
    header = _HEADER.pack(MAGIC, key_id, revision, len(rows))
    return header + tags[order].tobytes() + table[order, TAG_BYTES:].tobytes()


def size_of(rows: int) -> int:
    """Return how many bytes a set file of so many rows has."""
    return HEADER_BYTES + rows * ROW_BYTES


def open_table(path: Path) -> SetTable:
    """Return the set in a file. Raises MatchFault for a file that is none, cut short, longer than it says, or out of order."""
    try:
        raw = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError) as error:
        raise MatchFault(f"cannot read the set {path}: {error}; build or download it anew") from error
    if raw.size < HEADER_BYTES:
        raise MatchFault(
            f"the set {path} has {raw.size} bytes, less than a header; build or download it anew"
        )
    magic, key_id, revision, rows = _HEADER.unpack(raw[:HEADER_BYTES].tobytes())
    if magic != MAGIC or rows > MOST_ROWS or raw.size != size_of(rows):
        raise MatchFault(
            f"the set {path} is none, or has another size than it says: it was cut short; build or download it anew"
        )
    middle = HEADER_BYTES + rows * TAG_BYTES
    # The header has a multiple of 8 bytes, so that the tags are aligned.
    tags = raw[HEADER_BYTES:middle].view("<u8")
    if rows and bool((tags[1:] < tags[:-1]).any()):
        raise MatchFault(f"the set {path} is out of order; build or download it anew")
    return SetTable(
        key_id=key_id, revision=revision, tags=tags, sealed=raw[middle:].reshape(rows, SEALED_BYTES)
    )

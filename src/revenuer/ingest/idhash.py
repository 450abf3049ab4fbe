"""64-bit hashes of ids, and which rows repeat an id, in 8 bytes a row."""

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

_MIX_A, _MIX_B, _SEED = (
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
    np.uint64(0x9E3779B97F4A7C15),
)
"""SplitMix64's finaliser (Steele, Lea, Flood 2014, figure 17)."""

_LONG = 256
"""Ids longer than this are hashed one by one, so that one huge id does not cost a pass for every eight bytes."""


def hash_ids(ids: pa.Array) -> Hashes:
    """Return a hash of each string of `ids` (no nulls), equal strings having equal hashes.

    Two different ids collide with probability 2^-64: among 10 million, some pair does in one log of 370,000. The
    hash is not keyed: who can choose request ids freely can repeat one outright, which is easier than a collision.
    """
    ids = ids.cast(pa.string()) if ids.type != pa.string() else ids
    size = len(ids)
    if size == 0:
        return np.empty(0, dtype=np.uint64)
    _, offsets_buffer, data_buffer = ids.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[ids.offset : ids.offset + size + 1].astype(
        np.int64
    )
    begin, end = int(offsets[0]), int(offsets[-1])
    data = (
        np.frombuffer(data_buffer, dtype=np.uint8)[begin:end] if end > begin else np.empty(0, dtype=np.uint8)
    )
    return _hash(np.concatenate([data, np.zeros(8, dtype=np.uint8)]), offsets - begin)


def _hash(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Hashes:
    starts, lengths = offsets[:-1], np.diff(offsets)
    words = np.ndarray(shape=(len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))
    hashes = _mixed(lengths.astype(np.uint64) + _SEED)
    short = lengths <= _LONG
    for at in range(0, int(lengths[short].max(initial=0)), 8):
        rows = np.flatnonzero(short & (lengths > at))
        word = words[starts[rows] + at]
        excess = np.maximum(at + 8 - lengths[rows], 0).astype(np.uint64) * np.uint64(8)
        word = (word << excess) >> excess
        hashes[rows] = _mixed((hashes[rows] ^ word) * _MIX_A + _SEED)
    for row in np.flatnonzero(~short):
        text = data[starts[row] : starts[row] + lengths[row]].tobytes()
        hashes[row] = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
    return hashes


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * _MIX_A
    values = (values ^ (values >> np.uint64(27))) * _MIX_B
    return values ^ (values >> np.uint64(31))


def repeated(hashes: Hashes) -> npt.NDArray[np.int64]:
    """Return the positions whose hash stood at an earlier position, in order."""
    ordered = np.sort(hashes)
    if not np.any(ordered[1:] == ordered[:-1]):
        return np.empty(0, dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    return np.sort(order[1:][ordered[1:] == ordered[:-1]]).astype(np.int64)

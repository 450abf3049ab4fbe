"""Texts -> whole numbers, in the order in which the texts are first met, batch by batch.

Source of the hash: Fowler, Noll and Vo, FNV-1a (IETF draft-eastlake-fnv); of its last mixing: Steele, Lea and Flood, Fast
splittable pseudorandom number generators (OOPSLA 2014), the variant SplitMix64.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from revenuer.records import InputError

_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_OTHER_START, _OTHER_PRIME = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)
_LEAST_SLOTS = 1 << 12
_FULL = 0.7
"""Share of the slots in use from which the table grows."""

Codes = npt.NDArray[np.int32]


class CodeBook:
    """Gives each distinct text a code from 0. Texts are told apart by 96 bits of hash; with `names` they can be had back, and two
    with one hash raise InputError; without they take no memory, however long (not checked: collisions made on purpose)."""

    def __init__(self, *, names: bool = True) -> None:
        self._names = names
        self._slots = np.zeros((_LEAST_SLOTS, 2), np.uint64)
        self._ends = np.zeros(1, np.int64)
        self._bytes = np.zeros(0, np.uint8)
        self.size = 0

    def codes(self, column: pa.Array) -> Codes:
        """Return the code of each text of `column` (strings, binary, or a dictionary of them); -1 for null and empty text."""
        if pa.types.is_dictionary(column.type):
            if len(column.dictionary) > len(column):
                return self.codes(column.dictionary_decode())
            known = np.append(self.codes(column.dictionary), np.int32(-1))
            chosen: Codes = known[places_of(column)]
            return chosen
        column = pc.fill_null(column.cast(pa.large_binary()), b"")
        offsets = np.frombuffer(column.buffers()[1], np.int64)[
            column.offset : column.offset + len(column) + 1
        ]
        data = column.buffers()[2]
        text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
        return self._coded(text, offsets)

    def _coded(self, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Codes:
        codes, known = np.empty(len(offsets) - 1, np.int32), self.size
        self._widen(len(codes))
        self.size = _assign(offsets, _hashed(text, offsets), self._slots, known, codes)
        if self._names:
            self._make_room(known, int(offsets[-1] - offsets[0]))
            if not _keep(text, offsets, codes, known, self._ends, self._bytes):
                raise InputError(
                    "two names or ids of the votes have one hash, which only comes on purpose; rename them"
                )
        return codes

    def texts(self) -> pa.Array:
        """Return the texts by their code, as strings; bytes that are not UTF-8 become U+FFFD. Empty where names are not held."""
        held = self.size if self._names else 0
        ends = self._ends[: held + 1]
        large = ends[-1] >= 1 << 31
        buffers = [
            pa.py_buffer(ends.astype(np.int64 if large else np.int32)),
            pa.py_buffer(self._bytes[: ends[-1]].copy()),
        ]
        raw = pa.Array.from_buffers(pa.large_binary() if large else pa.binary(), held, [None, *buffers])
        return as_strings(raw)

    def _widen(self, texts: int) -> None:
        """Make room in the table for so many new texts."""
        needed = self.size + texts
        if needed > _FULL * len(self._slots):
            old = self._slots
            self._slots = np.zeros((1 << int(np.ceil(np.log2(needed / _FULL))), 2), np.uint64)
            _move(old, self._slots)

    def _make_room(self, known: int, size: int) -> None:
        """Make room for the new texts of `size` bytes in all."""
        if self.size >= len(self._ends):
            self._ends = _grown(self._ends, 2 * self.size + 1)
        needed = int(self._ends[known]) + size
        if needed > len(self._bytes):
            self._bytes = _grown(self._bytes, max(needed, 2 * len(self._bytes)))


def places_of(column: pa.DictionaryArray) -> Codes:
    """Return the places in its dictionary of a column's values; -1 for null."""
    places: Codes = pc.fill_null(column.indices.cast(pa.int32()), -1).to_numpy(zero_copy_only=False)
    return places


def as_strings(column: pa.Array) -> pa.Array:
    """Return strings or bytes as valid strings; what is not UTF-8 becomes U+FFFD."""
    large = pa.types.is_large_binary(column.type) or pa.types.is_large_string(column.type)
    text = pa.large_string() if large else pa.string()
    raw = column.cast(pa.large_binary() if large else pa.binary())
    try:
        return raw.cast(text)
    except pa.ArrowInvalid:
        return pa.array(
            [None if one is None else one.decode("utf-8", "replace") for one in raw.to_pylist()], text
        )


def _grown(values: np.ndarray, capacity: int) -> np.ndarray:
    larger = np.zeros(capacity, values.dtype)
    larger[: len(values)] = values
    return larger


@njit(cache=True, nogil=True, inline="always")
def _mixed(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def _hashed(data: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return two hashes (2, N) of each text."""
    hashes = np.empty((2, len(offsets) - 1), np.uint64)
    for row in range(len(offsets) - 1):
        one, other = _FNV_START, _OTHER_START
        for i in range(offsets[row], offsets[row + 1]):
            one = (one ^ np.uint64(data[i])) * _FNV_PRIME
            other = (other ^ np.uint64(data[i])) * _OTHER_PRIME
        hashes[0, row], hashes[1, row] = _mixed(one), _mixed(other)
    return hashes


@njit(cache=True, nogil=True)
def _move(old: np.ndarray, slots: np.ndarray) -> None:
    """Enter what `old` holds into the empty table `slots`."""
    mask = np.uint64(len(slots) - 1)
    for entry in old:
        if entry[1]:
            slot = entry[0] & mask
            while slots[slot, 1]:
                slot = (slot + np.uint64(1)) & mask
            slots[slot, 0], slots[slot, 1] = entry[0], entry[1]


@njit(cache=True, nogil=True)
def _assign(offsets: np.ndarray, hashes: np.ndarray, slots: np.ndarray, size: int, codes: np.ndarray) -> int:
    """Write the code of each text into `codes` (-1: no bytes), entering new ones; return the number of texts then known.

    A slot (2,) holds one hash and, as 0 or a code plus 1 with 32 bits of the other hash above it, whose it is.
    """
    mask = np.uint64(len(slots) - 1)
    for row in range(len(codes)):
        if offsets[row] == offsets[row + 1]:
            codes[row] = -1
            continue
        home, sign = hashes[0, row], hashes[1, row] & ~_LOW
        slot = home & mask
        while slots[slot, 1] and (slots[slot, 0] != home or (slots[slot, 1] & ~_LOW) != sign):
            slot = (slot + np.uint64(1)) & mask
        if not slots[slot, 1]:
            size += 1
            slots[slot, 0], slots[slot, 1] = home, sign | np.uint64(size)
        codes[row] = np.int64(slots[slot, 1] & _LOW) - 1
    return size


@njit(cache=True, nogil=True)
def _keep(
    data: np.ndarray, offsets: np.ndarray, codes: np.ndarray, known: int, ends: np.ndarray, kept: np.ndarray
) -> bool:
    """Copy each text whose code is new, from `known` up, and compare the others with what is kept; tell whether all are equal."""
    different = 0
    for row in range(len(codes)):
        code, start, stop = codes[row], offsets[row], offsets[row + 1]
        if code == known:
            known += 1
            ends[known] = ends[code] + stop - start
            for i in range(stop - start):
                kept[ends[code] + i] = data[start + i]
        elif code >= 0:
            at = ends[code]
            size = min(stop - start, ends[code + 1] - at)
            different |= stop - start - (ends[code + 1] - at)
            for i in range(size):
                different |= data[start + i] ^ kept[at + i]
    return different == 0

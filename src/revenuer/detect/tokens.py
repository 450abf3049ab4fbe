"""Cuts UTF-8 text into hashed tokens: the one tokeniser that every sketch is built on.

A token is a run of letters (lower-cased for Latin-1, Greek and Cyrillic), a run of digits, or one CJK ideograph, kana or emoji.
Punctuation separates. No language is assumed and none is recognised.
"""

import numpy as np
from numba import njit

MAX_TOKENS = 2048
"""Tokens kept of one text; of a longer one the first three quarters and the last quarter are kept."""

HEAD_TOKENS = MAX_TOKENS * 3 // 4
MAX_BYTES = 1 << 16
"""Bytes looked at of one text; of a longer one the first 48 KiB and the last 16 KiB."""

WORD, DIGITS, IDEOGRAPH = 0, 1, 2

_ASCII_CLASS: np.ndarray = np.array([c.isalpha() + 2 * c.isdigit() for c in map(chr, range(128))], np.uint8)
_ASCII_FOLDED: np.ndarray = np.array([ord(c.lower()) for c in map(chr, range(128))], np.uint8)
_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_S33 = np.uint64(33)


@njit(cache=True, inline="always")
def mix64(h: np.uint64) -> np.uint64:
    """Spread the bits of a 64-bit hash (the finaliser of MurmurHash3, public domain)."""
    h ^= h >> _S33
    h *= _MIX_1
    h ^= h >> _S33
    h *= _MIX_2
    h ^= h >> _S33
    return h


@njit(cache=True)
def _char_class(data: np.ndarray, i: int, end: int) -> tuple[int, int]:
    """Return (class, bytes) of the character at `i`: 0 separator, 1 letter, 2 digit, 3 ideograph or emoji."""
    b = data[i]
    if b < 0x80:
        return int(_ASCII_CLASS[b]), 1
    if b < 0xC0:
        return 0, 1
    if b < 0xE0:
        if i + 1 >= end:
            return 0, 1
        code = ((int(b) & 0x1F) << 6) | (int(data[i + 1]) & 0x3F)
        return (1 if code >= 0xC0 or code in (0xAA, 0xB5, 0xBA) else 0), 2
    if b < 0xF0:
        if i + 2 >= end:
            return 0, 1
        code = ((int(b) & 0x0F) << 12) | ((int(data[i + 1]) & 0x3F) << 6) | (int(data[i + 2]) & 0x3F)
        if 0x2000 <= code <= 0x206F or 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFF0F:
            return 0, 3
        if (0x3040 <= code <= 0x30FF) or (0x3400 <= code <= 0x9FFF) or (0xF900 <= code <= 0xFAFF):
            return 3, 3
        return (0 if 0x2070 <= code <= 0x2BFF else 1), 3
    if i + 3 >= end:
        return 0, 1
    return 3, 4


@njit(cache=True)
def tokenize(
    data: np.ndarray,
    begin: int,
    end: int,
    hashes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    kinds: np.ndarray,
) -> int:
    """Write the tokens of `data[begin:end]` into the four arrays (each of MAX_TOKENS) and return how many there are.

    `hashes` uint64 (0 never occurs), `starts`/`ends` int64 byte offsets into `data`, `kinds` uint8 (WORD, DIGITS, IDEOGRAPH).
    """
    count = 0
    ring = HEAD_TOKENS
    total = 0
    skip_from, skip_to = end, end
    if end - begin > MAX_BYTES:
        skip_from = begin + MAX_BYTES * 3 // 4
        skip_to = end - MAX_BYTES // 4
    i = begin
    while i < end:
        if i >= skip_from and i < skip_to:
            i = skip_to
        if data[i] < 0x80 and _ASCII_CLASS[data[i]] == 0:
            i += 1
            continue
        kind, size = _char_class(data, i, end)
        if kind == 0:
            i += size
            continue
        h = _FNV_OFFSET
        j = i
        while j < end:
            if data[j] < 0x80:
                if _ASCII_CLASS[data[j]] != kind:
                    break
                h = (h ^ np.uint64(_ASCII_FOLDED[data[j]])) * _FNV_PRIME
                j += 1
                continue
            c, s = _char_class(data, j, end)
            if c != kind:
                break
            if s == 2:
                code = ((int(data[j]) & 0x1F) << 6) | (int(data[j + 1]) & 0x3F)
                if (
                    (0xC0 <= code <= 0xDE and code != 0xD7)
                    or (0x410 <= code <= 0x42F)
                    or (0x391 <= code <= 0x3A9)
                ):
                    code += 32
                elif 0x400 <= code <= 0x40F:
                    code += 80
                h = (h ^ np.uint64(code & 0xFF)) * _FNV_PRIME
                h = (h ^ np.uint64(code >> 8)) * _FNV_PRIME
            else:
                for k in range(s):
                    h = (h ^ np.uint64(data[j + k])) * _FNV_PRIME
            j += s
            if kind == 3:
                break
        h = mix64(h ^ np.uint64(kind))
        if h == np.uint64(0):
            h = np.uint64(1)
        if total < MAX_TOKENS:
            at = total
            count += 1
        else:
            at = ring
            ring += 1
            if ring == MAX_TOKENS:
                ring = HEAD_TOKENS
        hashes[at] = h
        starts[at] = i
        ends[at] = j
        kinds[at] = 0 if kind == 1 else (1 if kind == 2 else 2)
        total += 1
        i = j
    if total > MAX_TOKENS and ring != HEAD_TOKENS:
        _rotate(hashes, starts, ends, kinds, ring)
    return count


@njit(cache=True)
def _rotate(hashes: np.ndarray, starts: np.ndarray, ends: np.ndarray, kinds: np.ndarray, ring: int) -> None:
    """Put the tail buffer, written as a ring, back into text order."""
    tail = MAX_TOKENS - HEAD_TOKENS
    h, s, e, k = (
        hashes[HEAD_TOKENS:].copy(),
        starts[HEAD_TOKENS:].copy(),
        ends[HEAD_TOKENS:].copy(),
        kinds[HEAD_TOKENS:].copy(),
    )
    shift = ring - HEAD_TOKENS
    for t in range(tail):
        src = (t + shift) % tail
        hashes[HEAD_TOKENS + t] = h[src]
        starts[HEAD_TOKENS + t] = s[src]
        ends[HEAD_TOKENS + t] = e[src]
        kinds[HEAD_TOKENS + t] = k[src]

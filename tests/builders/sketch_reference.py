"""The sketch, slow and readable: what detect/tokens, fingerprints, keyed_hash and sketch compute, on Python integers.

Written from their docstrings and from the papers they cite; a constant that a docstring does not fix is taken from the module.
"""

import itertools
import struct

from revenuer.detect import fingerprints as fp
from revenuer.detect.tokens import DIGITS, IDEOGRAPH, WORD

MASK = (1 << 64) - 1
FNV_OFFSET, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

Token = tuple[int, int, str]
"""(hash, kind, text)"""


def mix64(h: int) -> int:
    """MurmurHash3's finaliser."""
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & MASK
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ (h >> 33)


def kind_of(char: str) -> int | None:
    """The kind of token that a character belongs to; None for a separator."""
    code = ord(char)
    if code < 0x80:
        if char.isalpha():
            return WORD
        return DIGITS if char.isdigit() else None
    if code < 0x800:
        return WORD if code >= 0xC0 or code in (0xAA, 0xB5, 0xBA) else None
    if code < 0x10000:
        if 0x2000 <= code <= 0x206F or 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFF0F:
            return None
        if 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF:
            return IDEOGRAPH
        return None if 0x2070 <= code <= 0x2BFF else WORD
    return IDEOGRAPH


def lowered(char: str) -> int:
    """The code of a character of one or two UTF-8 bytes, lower-cased in Latin-1, Greek and Cyrillic."""
    code = ord(char)
    if 0x41 <= code <= 0x5A:
        return code + 32
    if (0xC0 <= code <= 0xDE and code != 0xD7) or 0x410 <= code <= 0x42F or 0x391 <= code <= 0x3A9:
        return code + 32
    return code + 80 if 0x400 <= code <= 0x40F else code


def _token(word: str, kind: int) -> Token:
    h = FNV_OFFSET
    for char in word:
        size = len(char.encode())
        if size == 1:
            parts = [lowered(char)]
        elif size == 2:
            parts = [lowered(char) & 0xFF, lowered(char) >> 8]
        else:
            parts = list(char.encode())
        for part in parts:
            h = (h ^ part) * FNV_PRIME & MASK
    return mix64(h ^ {WORD: 1, DIGITS: 2, IDEOGRAPH: 3}[kind]) or 1, kind, word


def tokens(text: str) -> list[Token]:
    """All tokens of a text that is short enough to be kept whole."""
    found: list[Token] = []
    run = ""
    for char in [*text, "\0"]:
        kind = kind_of(char)
        if run and (kind != kind_of(run[0]) or kind == IDEOGRAPH):
            found.append(_token(run, kind_of(run[0]) or WORD))
            run = ""
        if kind is not None:
            run += char
    return found


def text_hash(sequence: list[Token]) -> int:
    """The hash of a token sequence."""
    h = len(sequence) * 0x9FB21C651E98DF25 & MASK
    for token, _, _ in sequence:
        h = mix64(h ^ token) * FNV_PRIME & MASK
    return mix64(h)


def masked(sequence: list[Token]) -> list[int]:
    """Token hashes with every number the same."""
    return [0x9E3779B97F4A7C15 if kind == DIGITS else h for h, kind, _ in sequence]


def grams(sequence: list[Token]) -> list[int]:
    """Hashes of all runs of GRAM tokens."""
    codes, found = masked(sequence), []
    for i in range(len(codes) - fp.GRAM + 1):
        g = fp.GRAM
        for code in codes[i : i + fp.GRAM]:
            g = (g ^ code) * FNV_PRIME & MASK
            g ^= g >> 29
        found.append(mix64(g))
    return found


def winnowed(sequence: list[Token]) -> list[int]:
    """The rightmost smallest gram of every window of WINDOW grams, each position once."""
    values = grams(sequence)
    if not values:
        return []
    width = min(fp.WINDOW, len(values))
    kept: list[int] = []
    for left in range(len(values) - width + 1):
        window = values[left : left + width]
        at = left + max(i for i, g in enumerate(window) if g == min(window))
        if not kept or kept[-1] != at:
            kept.append(at)
    inner = range(fp.EDGE_TOKENS, len(values) - fp.EDGE_TOKENS)
    return [values[at] for at in kept if at not in inner or values[at] >> 60 & 3 == 0]


def bands(sequence: list[Token]) -> list[int]:
    """MinHash bands over pairs of neighbouring tokens."""
    codes = masked(sequence)[: 2 * fp.EDGE_TOKENS]
    if len(codes) < fp.GRAM:
        return []
    shingles = [(a * 0x9FB21C651E98DF25 & MASK) ^ b for a, b in itertools.pairwise(codes)]
    minima = []
    for multiplier, offset in zip(fp.MULTIPLIERS.tolist(), fp.OFFSETS.tolist(), strict=True):
        values = [(s * multiplier + offset) & MASK for s in shingles]
        minima.append(min(v ^ (v >> 32) for v in values))
    found = []
    for band in range(fp.BANDS):
        h = band + 1
        for row in range(fp.ROWS):
            h = mix64(h ^ minima[band * fp.ROWS + row])
        found.append(h)
    return found


def siphash(message: bytes, key: bytes) -> int:
    """SipHash-2-4 (Aumasson and Bernstein 2012, section 2), for messages of any length."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def turn(x: int, b: int) -> int:
        return (x << b | x >> (64 - b)) & MASK

    def sip_round() -> None:
        v[0] = (v[0] + v[1]) & MASK
        v[2] = (v[2] + v[3]) & MASK
        v[1] = turn(v[1], 13) ^ v[0]
        v[3] = turn(v[3], 16) ^ v[2]
        v[0] = turn(v[0], 32)
        v[2] = (v[2] + v[1]) & MASK
        v[0] = (v[0] + v[3]) & MASK
        v[1] = turn(v[1], 17) ^ v[2]
        v[3] = turn(v[3], 21) ^ v[0]
        v[2] = turn(v[2], 32)

    whole = len(message) // 8 * 8
    last = message[whole:].ljust(7, b"\0") + bytes([len(message) & 0xFF])
    for at in range(0, whole + 8, 8):
        word = struct.unpack("<Q", (message[at : at + 8] if at < whole else last))[0]
        v[3] ^= word
        sip_round()
        sip_round()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        sip_round()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def keyed(value: int, key: bytes) -> int:
    """A 64-bit word under a key, as the sketch table holds it."""
    return siphash(struct.pack("<Q", value), key)

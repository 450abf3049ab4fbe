"""Places a prompt in a fixed 128-dimensional space of topic and style; nothing is fitted, so nothing can leak or drift.

Four blocks, each scaled to a fixed share of the squared length so that no prompt is all topic or all style:

    topic     40  words and five-letter stems, weighted by length (a stand-in for rarity that needs no corpus)
    function  32  words of up to four bytes: grammar, and with it the language
    opening   40  the first two words and their bigram: imperative, question, greeting, template
    style     16  length, capitals, digits, punctuation, line breaks, script

Words enter by signed feature hashing: inner products are unbiased estimates of the unhashed ones.
Assumptions: a deployment whitens with its own benign history before it measures distances; raw coordinates have no scale.
Not checked: meaning. Two paraphrases without a common word are near each other only through style.
Source: K. Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009, section 2 (signed hashing).
"""

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from revenuer.detect.text_buffers import utf8_buffers
from revenuer.detect.tokens import DIGITS, IDEOGRAPH, MAX_TOKENS, WORD, mix64, tokenize

EMBED_DIM = 128

_TOPIC, _FUNCTION, _OPENING, _STYLE, _END = 0, 40, 72, 112, 128
_SHARES = (0.45, 0.20, 0.13, 0.22)
"""Share of the squared length that each block gets; flat optimum between 0.1 and 0.5 on the development prompts."""

_GAP_BYTES = 64
"""Bytes of punctuation counted in front of a token: text left out between head and tail is not style."""

_INT8_SCALE = 127.0


@njit(cache=True, inline="always")
def _add(row: npt.NDArray[np.float32], low: int, size: int, feature: np.uint64, weight: float) -> None:
    """Add a feature to two signed places of the block `row[low:low + size]`."""
    for shift in (0, 24):
        bits = feature >> np.uint64(shift)
        place = low + int(((bits & np.uint64(0xFFFF)) * np.uint64(size)) >> np.uint64(16))
        # A product, not a branch: the sign is a coin toss, which no processor foresees.
        row[place] += weight * (2.0 * ((bits >> np.uint64(16)) & np.uint64(1)) - 1.0)


@njit(cache=True, inline="always")
def _stem(data: npt.NDArray[np.uint8], start: int) -> np.uint64:
    """Hash the first five bytes of a word, ASCII capitals folded (FNV-1a)."""
    h = np.uint64(0xCBF29CE484222325)
    for i in range(start, start + 5):
        b = data[i]
        if 65 <= b <= 90:
            b += 32
        h = (h ^ np.uint64(b)) * np.uint64(0x100000001B3)
    return mix64(h)


@njit(cache=True)
def _words(
    hashes: npt.NDArray[np.uint64],
    kinds: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    count: int,
    data: npt.NDArray[np.uint8],
    row: npt.NDArray[np.float32],
) -> None:
    """Fill the topic, function and opening blocks, not yet scaled."""
    previous = np.uint64(0)
    for t in range(count):
        h = hashes[t]
        length = ends[t] - starts[t]
        word = kinds[t] == WORD
        weight = min(length, 10) / 6.0 if word else 0.5
        _add(row, _TOPIC, _FUNCTION - _TOPIC, h, weight)
        if word and length > 5:
            _add(row, _TOPIC, _FUNCTION - _TOPIC, _stem(data, starts[t]), 0.7 * weight)
        if word and length <= 4:
            _add(row, _FUNCTION, _OPENING - _FUNCTION, mix64(h + np.uint64(77)), 1.0)
        if t < 2:
            place = 1.0 - 0.25 * t
            _add(row, _OPENING, _STYLE - _OPENING, mix64(h + np.uint64(99)), place)
            if t > 0:
                _add(row, _OPENING, _STYLE - _OPENING, mix64(h * np.uint64(7) + previous), place)
        previous = h


@njit(cache=True, inline="always")
def _punctuation_class(byte: int) -> int:
    """Return which of eight kinds of separator a byte is: blank 0, newline 1, comma 2, stop 3, question 4, quote 5,
    colon 6, other ASCII (brackets, operators) 7, other script 8."""
    if byte == 32:
        return 0
    if byte == 10:
        return 1
    if byte == 44:
        return 2
    if byte in (46, 33):
        return 3
    if byte == 63:
        return 4
    if byte in (34, 39, 96):
        return 5
    if byte in (58, 59):
        return 6
    return 7 if byte < 128 else 8


@njit(cache=True, inline="always")
def _squash(x: float) -> float:
    """Return tanh(x); most rates are 0, which needs no call."""
    return 0.0 if x == 0.0 else math.tanh(x)


@njit(cache=True)
def _style(
    kinds: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    count: int,
    data: npt.NDArray[np.uint8],
    begin: int,
    end: int,
    row: npt.NDArray[np.float32],
) -> None:
    """Fill the style block: rates per token squashed to (-1, 1) and shifted by about their usual value, so that a
    plain prompt has small coordinates everywhere and an odd one stands out."""
    marks = np.zeros(9, np.int64)
    capitals = digits = ideographs = letters = last = 0
    position = begin
    for t in range(count):
        first = data[starts[t]]
        capitals += 65 <= first <= 90
        digits += kinds[t] == DIGITS
        ideographs += kinds[t] == IDEOGRAPH
        letters += ends[t] - starts[t]
        for i in range(max(position, starts[t] - _GAP_BYTES), starts[t]):
            marks[_punctuation_class(data[i])] += 1
        position = ends[t]
    for i in range(max(position, end - _GAP_BYTES), end):
        mark = _punctuation_class(data[i])
        marks[mark] += 1
        if mark in (3, 4):
            last = mark
    opens_capital = 65 <= data[starts[0]] <= 90
    n = float(count)
    s = _STYLE
    row[s] = math.tanh(math.log(end - begin + 1.0) - 4.4)
    row[s + 1] = math.tanh(letters / n - 4.5)
    row[s + 2] = 0.7 if opens_capital else -0.7
    row[s + 3] = _squash(6.0 * (capitals - opens_capital) / n) - 0.3
    row[s + 4] = _squash(8.0 * digits / n) - 0.2
    row[s + 5] = 0.7 if last == 4 else -0.5
    row[s + 6] = 0.7 if last == 3 else -0.5
    row[s + 7] = _squash(10.0 * marks[1] / n) - 0.2
    row[s + 8] = _squash(10.0 * marks[2] / n) - 0.3
    row[s + 9] = _squash(10.0 * marks[3] / n) - 0.4
    row[s + 10] = _squash(10.0 * marks[4] / n) - 0.3
    row[s + 11] = _squash(10.0 * marks[5] / n) - 0.3
    row[s + 12] = _squash(10.0 * marks[6] / n) - 0.2
    row[s + 13] = _squash(5.0 * marks[7] / n) - 0.3
    row[s + 14] = _squash(10.0 * marks[8] / n) - 0.1
    row[s + 15] = _squash(5.0 * ideographs / n)


@njit(cache=True, fastmath={"reassoc"})
def _scale_block(row: npt.NDArray[np.float32], low: int, high: int, share: float) -> None:
    """Give the block `share` of the squared length, unless it is empty."""
    block, square = row[low:high], 0.0
    for i in range(len(block)):
        square += block[i] * block[i]
    # A feature whose two places coincide with opposite signs leaves only float32 rounding, which must not be blown up.
    if square > 1e-9:
        factor = math.sqrt(share / square)
        for i in range(len(block)):
            block[i] *= factor


@njit(cache=True)
def embed_into(
    token_hashes: npt.NDArray[np.uint64],
    kinds: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    count: int,
    data: npt.NDArray[np.uint8],
    begin: int,
    end: int,
    row: npt.NDArray[np.float32],
) -> None:
    """Write the embedding of `data[begin:end]`, already cut by `tokenize`, into `row` (float32, EMBED_DIM).

    The row has length 1, or is all zero where there is no token. Meant to be called inside a larger kernel.
    """
    row[:] = 0.0
    if count == 0:
        return
    _words(token_hashes, kinds, starts, ends, count, data, row)
    _style(kinds, starts, ends, count, data, begin, end, row)
    _scale_block(row, _TOPIC, _FUNCTION, _SHARES[0])
    _scale_block(row, _FUNCTION, _OPENING, _SHARES[1])
    _scale_block(row, _OPENING, _STYLE, _SHARES[2])
    _scale_block(row, _STYLE, _END, _SHARES[3])
    _scale_block(row, _TOPIC, _END, 1.0)


@njit(cache=True)
def _embed_all(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    n = len(offsets) - 1
    out = np.zeros((n, EMBED_DIM), np.float32)
    hashes = np.empty(MAX_TOKENS, np.uint64)
    starts = np.empty(MAX_TOKENS, np.int64)
    ends = np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    for i in range(n):
        count = tokenize(data, offsets[i], offsets[i + 1], hashes, starts, ends, kinds)
        embed_into(hashes, kinds, starts, ends, count, data, offsets[i], offsets[i + 1], out[i])
    return out


def embed_texts(texts: pa.Array) -> npt.NDArray[np.float32]:
    """Return the embeddings of a string column, float32 (n, EMBED_DIM); null and token-free texts are zero rows.

    Raises TypeError for a column that is not of strings.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    data, offsets = utf8_buffers(texts)
    rows: npt.NDArray[np.float32] = _embed_all(data, offsets)
    return rows


def quantise(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Return the rows as int8 in steps of 1/127; linear, so that sums of stored rows stay sums of embeddings."""
    return np.asarray(np.clip(np.rint(rows * _INT8_SCALE), -127, 127), dtype=np.int8)


def dequantise(rows: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
    """Return stored rows as float32, each coordinate within 1/254 of what `quantise` was given."""
    return rows.astype(np.float32) / np.float32(_INT8_SCALE)

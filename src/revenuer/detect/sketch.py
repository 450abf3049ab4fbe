"""Turns exchanges into sketches: one text-free row a request. A pure function from record batch to record batch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from revenuer.detect.addresses import addresses
from revenuer.detect.embedding import _INT8_SCALE as INT8_SCALE
from revenuer.detect.embedding import EMBED_DIM, embed_into
from revenuer.detect.fingerprints import (
    BAND,
    BANDS,
    KIND_BITS,
    MULTIPLIERS,
    OFFSETS,
    PERMUTATIONS,
    SPAN,
    SYSTEM,
    minhash_bands,
    text_hash,
    winnow,
)
from revenuer.detect.intent import INTENTS, IntentModel, load_model, score_into
from revenuer.detect.keyed_hash import UNKEYED, Key, siphash
from revenuer.detect.string_hash import hash_strings
from revenuer.detect.text_buffers import utf8_buffers
from revenuer.detect.tokens import MAX_TOKENS, tokenize
from revenuer.records import EXCHANGE_SCHEMA, SKETCH_SCHEMA

SYSTEM_FINGERPRINTS = 8
"""Fingerprints kept of a system prompt: those with the smallest hashes, so that near-equal prompts share most."""

_BLOCK_FINGERPRINTS = 1 << 22
_KIND_SHIFT = np.uint64(KIND_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSketch:
    """Sketches of n texts: `text` uint64 (0 = no token), `tokens` int32, `intent` float32 (n, 4), `embedding` int8
    (n, EMBED_DIM), `fingerprints` uint64 of all rows one after another, `offsets` int32 (n + 1) into them."""

    text: np.ndarray
    tokens: np.ndarray
    intent: np.ndarray
    embedding: np.ndarray
    fingerprints: np.ndarray
    offsets: np.ndarray


def sketch_kernel(key: Key = UNKEYED) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """Return the kernel that sketches a batch of exchanges under `key` (columns of EXCHANGE_SCHEMA, any may be absent
    but the required four)."""
    model = load_model()

    def kernel(batch: pa.RecordBatch) -> pa.RecordBatch:
        return sketch_batch(batch, key, model)

    return kernel


def sketch_batch(batch: pa.RecordBatch, key: Key, model: IntentModel) -> pa.RecordBatch:
    """Return the sketch rows of `batch`, in its order, as SKETCH_SCHEMA.

    Equal texts, addresses and ids get equal hashes under one key and unlinkable ones under another; intent scores and
    embeddings do not depend on the key.
    """
    prompt = _column(batch, "prompt")
    sketch = sketch_texts(prompt, key, model)
    system_hash, system_prints, system_offsets = sketch_systems(_column(batch, "system_prompt"), key)
    prints, offsets = _interleave(sketch.fingerprints, sketch.offsets, system_prints, system_offsets)
    no_prompt = np.asarray(pc.is_null(prompt))
    ip, network = addresses(_column(batch, "client_ip"))
    columns: dict[str, pa.Array] = {
        "session": _hashed(_column(batch, "session_id"), key),
        "ip": _hashed(ip, key),
        "ip_prefix": _hashed(network, key),
        "user_agent": _hashed(_column(batch, "user_agent"), key),
        "tls_fingerprint": _hashed(_column(batch, "tls_fingerprint"), key),
        "system_prompt": system_hash,
        "prompt": pa.array(sketch.text.view(np.int64), mask=no_prompt),
        "token_count": pa.array(sketch.tokens, mask=no_prompt),
        "reasoning_signature": _hashed(_column(batch, "reasoning_signature"), key),
        "fingerprints": pa.ListArray.from_arrays(pa.array(offsets), pa.array(prints.view(np.int64))),
        **{name: pa.array(sketch.intent[:, i], mask=no_prompt) for i, name in enumerate(INTENTS)},
        "embedding": _as_binary(sketch.embedding, no_prompt),
    }
    arrays = []
    for field in SKETCH_SCHEMA:
        if field.name in columns:
            arrays.append(columns[field.name])
            continue
        column = _column(batch, field.name)
        arrays.append(column if column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=SKETCH_SCHEMA)


def sketch_texts(texts: pa.Array, key: Key, model: IntentModel) -> TextSketch:
    """Sketch a string column; a null is sketched as an empty text."""
    data, begins = utf8_buffers(texts)
    n = len(texts)
    text = np.zeros(n, np.uint64)
    tokens = np.zeros(n, np.int32)
    intent = np.zeros((n, len(INTENTS)), np.float32)
    embedding = np.zeros((n, EMBED_DIM), np.int8)
    counts = np.zeros(n, np.int64)
    parts = []
    worst = np.minimum(np.diff(begins), MAX_TOKENS) + BANDS
    ahead = np.concatenate(([0], np.cumsum(worst)))
    low = 0
    while low < n:
        high = int(np.searchsorted(ahead, ahead[low] + _BLOCK_FINGERPRINTS, side="right")) - 1
        high = min(max(high, low + 1), n)
        buffer = np.empty(int(ahead[high] - ahead[low]), np.uint64)
        used = _sketch_block(
            data, begins, low, high, key[0], key[1], model.weights, model.bias, MULTIPLIERS, OFFSETS,
            text, tokens, intent, embedding, counts, buffer,
        )  # fmt: skip
        parts.append(buffer[:used].copy())
        low = high
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    prints = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
    return TextSketch(
        text=text, tokens=tokens, intent=intent, embedding=embedding, fingerprints=prints, offsets=offsets
    )


@njit(cache=True, nogil=True)
def _sketch_block(
    data: np.ndarray,
    begins: np.ndarray,
    low: int,
    high: int,
    k0: np.uint64,
    k1: np.uint64,
    weights: np.ndarray,
    bias: np.ndarray,
    multipliers: np.ndarray,
    offsets: np.ndarray,
    text: np.ndarray,
    tokens: np.ndarray,
    intent: np.ndarray,
    embedding: np.ndarray,
    counts: np.ndarray,
    buffer: np.ndarray,
) -> int:
    hashes = np.empty(MAX_TOKENS, np.uint64)
    starts = np.empty(MAX_TOKENS, np.int64)
    ends = np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    grams = np.empty(MAX_TOKENS, np.uint64)
    minima = np.empty(PERMUTATIONS, np.uint64)
    vector = np.empty(EMBED_DIM, np.float32)
    at = 0
    for row in range(low, high):
        begin, end = begins[row], begins[row + 1]
        count = tokenize(data, begin, end, hashes, starts, ends, kinds)
        tokens[row] = count
        if count == 0:
            continue
        text[row] = siphash(text_hash(hashes, count), k0, k1)
        first = at
        at = winnow(hashes, kinds, count, grams, buffer, at)
        spans = at
        at = minhash_bands(hashes, kinds, count, multipliers, offsets, minima, buffer, at)
        for i in range(first, at):
            kind = np.uint64(SPAN if i < spans else BAND)
            buffer[i] = (siphash(buffer[i], k0, k1) << _KIND_SHIFT) | kind
        counts[row] = at - first
        score_into(hashes, kinds, count, weights, bias, intent[row])
        embed_into(hashes, kinds, starts, ends, count, data, begin, end, vector)
        for d in range(EMBED_DIM):
            embedding[row, d] = np.int8(np.rint(vector[d] * INT8_SCALE))
    return at


def sketch_systems(column: pa.Array, key: Key) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """Return (hash column, fingerprints, offsets) of a column of system prompts; each distinct one is looked at once."""
    encoded = column.dictionary_encode()
    unique = encoded.dictionary
    data, begins = utf8_buffers(unique)
    hashes = np.zeros(len(unique), np.uint64)
    prints = np.zeros((len(unique), SYSTEM_FINGERPRINTS), np.uint64)
    kept = np.zeros(len(unique), np.int64)
    _sketch_system_block(data, begins, key[0], key[1], hashes, prints, kept)
    null = np.asarray(pc.is_null(column))
    index = np.asarray(encoded.indices.fill_null(0)) if len(unique) else np.zeros(len(column), np.int32)
    if not len(unique):
        return pa.nulls(len(column), pa.int64()), np.zeros(0, np.uint64), np.zeros(len(column) + 1, np.int32)
    rows = np.where(null, 0, kept[index])
    offsets = np.concatenate(([0], np.cumsum(rows))).astype(np.int32)
    column_of = np.arange(SYSTEM_FINGERPRINTS)[None, :] < rows[:, None]
    return pa.array(hashes[index].view(np.int64), mask=null), prints[index][column_of], offsets


@njit(cache=True, nogil=True)
def _sketch_system_block(
    data: np.ndarray,
    begins: np.ndarray,
    k0: np.uint64,
    k1: np.uint64,
    out: np.ndarray,
    prints: np.ndarray,
    kept: np.ndarray,
) -> None:
    hashes = np.empty(MAX_TOKENS, np.uint64)
    starts = np.empty(MAX_TOKENS, np.int64)
    ends = np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    grams = np.empty(MAX_TOKENS, np.uint64)
    found = np.empty(MAX_TOKENS, np.uint64)
    for row in range(len(begins) - 1):
        count = tokenize(data, begins[row], begins[row + 1], hashes, starts, ends, kinds)
        out[row] = siphash(text_hash(hashes, count), k0, k1)
        used = winnow(hashes, kinds, count, grams, found, 0)
        smallest = np.unique(found[:used])
        kept[row] = min(len(smallest), SYSTEM_FINGERPRINTS)
        for i in range(kept[row]):
            prints[row, i] = (siphash(smallest[i], k0, k1) << _KIND_SHIFT) | np.uint64(SYSTEM)


def _interleave(
    a: np.ndarray, a_offsets: np.ndarray, b: np.ndarray, b_offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Join two ragged arrays row by row: row i of the result is row i of `a` followed by row i of `b`."""
    if not len(b):
        return a, a_offsets
    a_counts, b_counts = np.diff(a_offsets), np.diff(b_offsets)
    offsets = np.concatenate(([0], np.cumsum(a_counts + b_counts))).astype(np.int32)
    out = np.empty(offsets[-1], np.uint64)
    out[np.repeat(offsets[:-1] - a_offsets[:-1], a_counts) + np.arange(len(a))] = a
    out[np.repeat(offsets[:-1] + a_counts - b_offsets[:-1], b_counts) + np.arange(len(b))] = b
    return out, offsets


def _hashed(column: pa.Array, key: Key) -> pa.Array:
    """Return keyed 64-bit hashes of a string column; nulls stay null."""
    encoded = column.dictionary_encode()
    if not len(encoded.dictionary):
        return pa.nulls(len(column), pa.int64())
    unique = hash_strings(encoded.dictionary, key)
    index = np.asarray(encoded.indices.fill_null(0))
    return pa.array(unique[index].view(np.int64), mask=np.asarray(pc.is_null(column)))


def _as_binary(rows: np.ndarray, null: np.ndarray) -> pa.Array:
    """Return the rows of a matrix as binary values."""
    n, width = rows.shape[0], rows.shape[1] * rows.itemsize
    lengths = np.where(null, 0, width)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    data = np.ascontiguousarray(rows if not null.any() else rows[~null])
    validity = pa.py_buffer(np.packbits(~null, bitorder="little").tobytes()) if null.any() else None
    return pa.Array.from_buffers(
        pa.binary(), n, [validity, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data.tobytes())]
    )


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    index = batch.schema.get_field_index(name)
    if index < 0:
        field = EXCHANGE_SCHEMA.field(name)
        return pa.nulls(batch.num_rows, field.type)
    column = batch.column(index)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

"""The words of a span, from its fingerprint: looked up in a prompt that carries it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revenuer.detect.fingerprints import GRAM, KIND_BITS, SYSTEM, winnow
from revenuer.detect.keyed_hash import Key, siphash
from revenuer.detect.tokens import DIGITS, MAX_TOKENS, tokenize
from revenuer.engine import Engine

NUMBER = "#"
"""What every number of a span is written as: spans do not tell numbers apart."""
_ALL = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanText:
    """`words`: the span as records/observable.py defines it. `first`, `last`: requests that carry it, microseconds since 1970 UTC."""

    words: str
    first: int
    last: int


def span_texts(engine: Engine, fingerprints: np.ndarray, key: Key) -> dict[int, SpanText]:
    """Return the words of each of `fingerprints` (int64, of spans of prompts or system prompts, hashed under `key`) that the log holds.

    Needs the tables `sketch` and `exchange`. One prompt is read for each fingerprint.
    """
    engine.register("wanted_span", pa.table({"fingerprint": pa.array(fingerprints, pa.int64())}))
    engine.create(
        "span_place",
        """SELECT fingerprint, min(t) AS first, max(t) AS last, arg_min(request_id, t) AS request_id FROM
        (SELECT request_id, unix_micros(timestamp) AS t, unnest(fingerprints) AS fingerprint FROM sketch)
        WHERE fingerprint IN (SELECT fingerprint FROM wanted_span) GROUP BY fingerprint""",
    )
    rows = engine.query(
        """SELECT p.fingerprint, p.first, p.last, x.prompt, x.system_prompt FROM span_place p
        JOIN exchange x ON x.request_id = p.request_id ORDER BY p.fingerprint"""
    )
    engine.drop("span_place")
    found = {}
    for row in rows.to_pylist():
        wanted = row["fingerprint"]
        text = row["system_prompt" if wanted & _KIND == SYSTEM else "prompt"]
        words = next(
            (words for value, words in spans_of(text or "", key, wanted & _KIND) if value == wanted), None
        )
        if words is not None:
            found[wanted] = SpanText(words=words, first=row["first"], last=row["last"])
    return found


_KIND = (1 << KIND_BITS) - 1


def spans_of(text: str, key: Key, kind: int) -> Iterator[tuple[int, str]]:
    """Yield (fingerprint as int64, words) of every run of GRAM tokens of `text`, winnowed or not. `kind`: SPAN or SYSTEM."""
    raw = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    hashes, grams = np.empty(MAX_TOKENS, np.uint64), np.empty(MAX_TOKENS, np.uint64)
    starts, ends = np.empty(MAX_TOKENS, np.int64), np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    count = tokenize(raw, 0, len(raw), hashes, starts, ends, kinds)
    winnow(hashes, kinds, count, grams, np.empty(MAX_TOKENS, np.uint64), 0)
    for i in range(count - GRAM + 1):
        value = (int(siphash(grams[i], *key)) << KIND_BITS | kind) & _ALL
        words = (
            NUMBER
            if kinds[j] == DIGITS
            else bytes(raw[starts[j] : ends[j]]).decode("utf-8", "replace").lower()
            for j in range(i, i + GRAM)
        )
        yield value - (1 << 64) if value >= 1 << 63 else value, " ".join(words)

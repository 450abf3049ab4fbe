"""The words of a span, from its fingerprint: looked up in a prompt that carries it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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

    Needs the tables `sketch` and `exchange`. One prompt is read for each fingerprint at most.
    """
    engine.register("wanted_span", pa.table({"fingerprint": pa.array(fingerprints, pa.int64())}))
    engine.create(
        "span_place",
        """SELECT fingerprint, min(t) AS first, max(t) AS last, arg_min(request_id, t) AS request_id FROM
        (SELECT request_id, unix_micros(timestamp) AS t, unnest(fingerprints) AS fingerprint FROM sketch)
        WHERE fingerprint IN (SELECT fingerprint FROM wanted_span) GROUP BY fingerprint""",
    )
    rows = engine.query(
        """SELECT p.fingerprint, p.first, p.last, p.request_id, x.prompt, x.system_prompt FROM span_place p
        JOIN exchange x ON x.request_id = p.request_id ORDER BY p.fingerprint"""
    )
    engine.drop("span_place")
    found: dict[int, SpanText] = {}
    for (_, kind), wanted in _by_text(rows).items():
        text = wanted[0]["system_prompt" if kind == SYSTEM else "prompt"] or ""
        words = dict(spans_of(text, key, kind))
        for row in wanted:
            if row["fingerprint"] in words:
                found[row["fingerprint"]] = SpanText(
                    words=words[row["fingerprint"]], first=row["first"], last=row["last"]
                )
    return found


def _by_text(rows: pa.Table) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the rows by the text that is to be read for them."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        found.setdefault((row["request_id"], row["fingerprint"] & _KIND), []).append(row)
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

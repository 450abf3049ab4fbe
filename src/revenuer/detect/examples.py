"""Example requests of a group, with the span that its accounts share marked in the text."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from revenuer.detect.fingerprints import GRAM, KIND_BITS, SPAN, winnow
from revenuer.detect.keyed_hash import UNKEYED, siphash
from revenuer.detect.tokens import MAX_TOKENS, tokenize
from revenuer.engine import Engine
from revenuer.records import ExampleRequest

EXAMPLES = 6
MAX_CHARACTERS = 2000
MARKS = 20
"""Fingerprints of a group that its examples are looked up by."""
_ASKED = pa.schema([("g", pa.int32()), ("account_id", pa.string()), ("marks", pa.list_(pa.int64()))])


def find_examples(
    engine: Engine, has_text: bool, groups: Sequence[Sequence[str]], fingerprints: Sequence[np.ndarray]
) -> list[tuple[ExampleRequest, ...]]:
    """Return, for each of `groups` of account ids, one request of each of up to EXAMPLES evenly spaced accounts, in order of time.

    Requests that carry one of the group's `fingerprints` (int64) come first. Texts are None where the log held sketches.
    The log is read once for all groups.
    """
    rows = _chosen(engine, groups, fingerprints)
    texts = _texts(engine, rows["request_id"]) if has_text else {}
    found: list[dict[str, ExampleRequest]] = [{} for _ in groups]
    spans = [set(f[(f & ((1 << KIND_BITS) - 1)) == SPAN].tolist()) for f in fingerprints]
    for row in rows.to_pylist():
        name = row["request_id"]
        found[row["g"]][name] = _example(row, texts.get(name), spans[row["g"]])
    return [tuple(examples.values()) for examples in found]


def _chosen(engine: Engine, groups: Sequence[Sequence[str]], fingerprints: Sequence[np.ndarray]) -> pa.Table:
    """Return (g, request_id, account_id, t) of the requests to show; leaves the table `example_account` behind."""
    asked: list[tuple[int, str, list[int]]] = [
        (g, accounts[i], fingerprints[g][:MARKS].tolist())
        for g, accounts in enumerate(groups)
        for i in np.unique(np.linspace(0, len(accounts) - 1, EXAMPLES).astype(int))
    ]
    columns = zip(*asked, strict=True)
    engine.register("example_account", pa.table(list(map(pa.array, columns, _ASKED.types)), schema=_ASKED))
    return engine.query(
        """WITH mine AS (SELECT a.g, s.request_id, s.account_id, s.timestamp, list_has_any(s.fingerprints, a.marks) AS hit
            FROM sketch s JOIN example_account a ON s.account_id = a.account_id WHERE s.token_count >= 4),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY g, account_id ORDER BY hit DESC, timestamp, request_id) AS place
            FROM mine)
        SELECT g, request_id, account_id, unix_micros(timestamp) AS t FROM ranked WHERE place = 1 ORDER BY g, t, request_id"""
    )


def _texts(engine: Engine, names: pa.ChunkedArray) -> dict[str, str | None]:
    """Return the prompts of the requests `names`."""
    engine.register("example_request", pa.table({"request_id": names}))
    rows = engine.query(
        "SELECT x.request_id, x.prompt FROM exchange x JOIN example_request e ON x.request_id = e.request_id"
    )
    return dict(zip(rows["request_id"].to_pylist(), rows["prompt"].to_pylist(), strict=True))


def _example(row: dict[str, object], text: str | None, wanted: set[int]) -> ExampleRequest:
    shown = None if text is None else text[:MAX_CHARACTERS]
    return ExampleRequest(
        request_id=str(row["request_id"]),
        account_id=str(row["account_id"]),
        timestamp=datetime.fromtimestamp(int(str(row["t"])) / 1e6, UTC),
        text=shown,
        highlights=() if shown is None else highlight(shown, wanted),
    )


def highlight(text: str, wanted: set[int]) -> tuple[tuple[int, int], ...]:
    """Return the [start, end) character ranges of `text` whose GRAM-token grams are among the fingerprints `wanted`.

    A winnowed text keeps about one gram in three, so gaps of up to GRAM tokens between marked grams are closed.
    """
    raw = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    hashes, grams = np.empty(MAX_TOKENS, np.uint64), np.empty(MAX_TOKENS, np.uint64)
    starts, ends = np.empty(MAX_TOKENS, np.int64), np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    count = tokenize(raw, 0, len(raw), hashes, starts, ends, kinds)
    winnow(hashes, kinds, count, grams, np.empty(MAX_TOKENS, np.uint64), 0)
    ranges: list[tuple[int, int]] = []
    for i in range(max(count - GRAM + 1, 0)):
        value = (int(siphash(grams[i], *UNKEYED)) << KIND_BITS) & 0xFFFFFFFFFFFFFFFF
        if (value - (1 << 64) if value >= 1 << 63 else value) not in wanted:
            continue
        if ranges and i - ranges[-1][1] <= GRAM:
            ranges[-1] = (ranges[-1][0], i + GRAM - 1)
        else:
            ranges.append((i, i + GRAM - 1))
    characters = np.cumsum((raw & 0xC0) != 0x80)
    return tuple((int(characters[starts[a]]) - 1, int(characters[ends[b] - 1])) for a, b in ranges)

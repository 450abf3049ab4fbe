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


def find_examples(
    engine: Engine, has_text: bool, accounts: Sequence[str], fingerprints: np.ndarray
) -> tuple[ExampleRequest, ...]:
    """Return one request of each of up to EXAMPLES evenly spaced `accounts`.

    Requests that carry one of `fingerprints` (int64) come first. Texts are None where the log held sketches.
    """
    chosen = [accounts[i] for i in np.unique(np.linspace(0, len(accounts) - 1, EXAMPLES).astype(int))]
    engine.register("example_account", pa.table({"account_id": pa.array(chosen, pa.string())}))
    listed = ", ".join(str(value) for value in fingerprints[:20]) or "NULL"
    text = "x.prompt" if has_text else "NULL"
    join = "LEFT JOIN exchange x ON x.request_id = s.request_id" if has_text else ""
    rows = engine.query(
        f"""WITH mine AS (SELECT s.request_id, s.account_id, s.timestamp,
            CASE WHEN list_has_any(s.fingerprints, [{listed}]) THEN 1 ELSE 0 END AS hit
            FROM sketch s JOIN example_account a ON s.account_id = a.account_id WHERE s.token_count >= 4),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY hit DESC, timestamp, request_id) AS r
            FROM mine)
        SELECT s.request_id, s.account_id, unix_micros(s.timestamp) AS t, {text} AS text FROM ranked s {join}
        WHERE r = 1 ORDER BY t, s.request_id LIMIT {EXAMPLES}"""
    ).to_pylist()
    wanted = set(fingerprints[(fingerprints & ((1 << KIND_BITS) - 1)) == SPAN].tolist())
    return tuple(_example(row, wanted) for row in {row["request_id"]: row for row in rows}.values())


def _example(row: dict[str, object], wanted: set[int]) -> ExampleRequest:
    text = row["text"]
    shown = None if text is None else str(text)[:MAX_CHARACTERS]
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

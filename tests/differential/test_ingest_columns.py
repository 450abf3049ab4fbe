"""The column-at-once paths of ingest against their slow, exact references."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.ingest.conform import EARLIEST_US, LATEST_US, conform
from revenuer.ingest.idhash import hash_ids, repeated
from revenuer.ingest.lines import line_batches
from revenuer.ingest.values import BadValue, coercer

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "prompt": TEXT | st.integers(),
    "max_tokens": st.integers() | st.integers(-5, 5) | st.floats() | TEXT | st.booleans(),
    "temperature": st.floats() | st.integers() | TEXT,
    "stream": st.booleans() | st.sampled_from([0, 1, "true", "F", "no"]) | TEXT,
    "timestamp": st.datetimes().map(str) | st.integers(0, 2**62) | st.floats(0, 1e19) | TEXT,
}


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_column_cast_at_once_equals_one_cast_value_by_value(name: str, data: st.DataObject) -> None:
    pool = data.draw(st.sampled_from([VALUES[name], st.integers(-9, 2**61), TEXT, st.booleans()]))
    values = data.draw(st.lists(st.none() | pool, max_size=8))
    field = pa.field(name, {"prompt": pa.string(), "max_tokens": pa.int32(), "temperature": pa.float32()}.get(
        name, pa.bool_() if name == "stream" else pa.timestamp("us", tz="UTC")))  # fmt: skip
    whole = conform({name: values}, len(values), pa.schema([field]))
    got = whole.batch.column(0)
    got = got.cast(pa.int64()) if name == "timestamp" else got
    for row, value in enumerate(values):
        try:
            expected = coercer(field.type)(value)
        except BadValue:
            assert row in whole.bad
            continue
        if name == "timestamp" and expected is not None and not EARLIEST_US <= int(str(expected)) < LATEST_US:
            assert row in whole.bad
        else:
            assert row not in whole.bad
            single = np.float32(expected).item() if isinstance(expected, float) else expected
            assert got[row].as_py() == single


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=3) | st.text(min_size=200, max_size=300), max_size=40), st.integers(0, 3))
def test_repeated_ids_are_those_that_a_set_finds(ids: list[str], skip: int) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in ids]
    kept = clean[skip:]
    found = repeated(hash_ids(pa.array(clean, pa.string()).slice(skip)))
    seen: Counter[str] = Counter()
    expected = []
    for position, text in enumerate(kept):
        if seen[text]:
            expected.append(position)
        seen[text] += 1
    assert found.tolist() == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\0", b"\n")), max_size=20), st.integers(1, 4))
def test_lines_do_not_depend_on_how_bytes_are_chunked(chunks: list[bytes], size: int) -> None:
    whole = b"".join(chunks).split(b"\n")
    expected = whole[:-1] if whole[-1] == b"" else whole
    batches = list(line_batches(chunks, max_lines=size))
    assert [line for batch in batches for line in batch.lines] == expected
    assert [batch.first for batch in batches] == [
        1 + sum(len(earlier.lines) for earlier in batches[:number]) for number in range(len(batches))
    ]

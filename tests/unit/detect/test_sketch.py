"""A sketch holds no text, and does not depend on how its input is stored or cut."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.fingerprints import KIND_BITS, SYSTEM
from revenuer.detect.keyed_hash import derive_key
from revenuer.detect.sketch import SYSTEM_FINGERPRINTS, sketch_kernel
from revenuer.detect.text_buffers import utf8_buffers
from revenuer.detect.tokens import MAX_BYTES, MAX_TOKENS
from revenuer.records import EXCHANGE_SCHEMA, SKETCH_SCHEMA, SKETCH_VERSION

Kernel = Callable[[pa.RecordBatch], pa.RecordBatch]
HASHED = ("session", "ip", "ip_prefix", "user_agent", "tls_fingerprint", "system_prompt", "prompt", "reasoning_signature")  # fmt: skip


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return sketch_kernel()


def exchange(i: int, **given: object) -> dict[str, object]:
    return {
        "request_id": f"r{i}",
        "account_id": f"a{i % 3}",
        "model": "m",
        "timestamp": datetime(2026, 6, 1, tzinfo=UTC),
        **given,
    }


def batch(*given: dict[str, object]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([exchange(i, **g) for i, g in enumerate(given)], EXCHANGE_SCHEMA)


def prompts(*texts: str | None) -> pa.RecordBatch:
    return batch(*({"prompt": text} for text in texts))


def with_column(source: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    return source.set_column(source.schema.get_field_index(name), pa.field(name, column.type), column)


ROWS = batch(
    {
        "prompt": "Write a poem about the sea and send it to my friend in the morning",
        "system_prompt": "Be brief.",
    },
    {"prompt": None, "system_prompt": "You are a helpful shop assistant who answers in two short lines only"},
    {"prompt": "", "client_ip": "10.1.2.3", "user_agent": "ua"},
    {"prompt": "日本語のテキストです🙂", "client_ip": "2001:db8:1:2::5", "session_id": "s"},
    {"prompt": "!!! ...", "reasoning_signature": "sig", "tls_fingerprint": "tls", "temperature": 0.5},
    {"prompt": "Write a poem about the sea and send it to my friend in the evening", "turn": 3, "n": 2},
)


def test_rows_have_the_schema_and_the_order(kernel: Kernel) -> None:
    found = kernel(ROWS)
    assert found.schema.equals(SKETCH_SCHEMA)
    assert found["request_id"].to_pylist() == ROWS["request_id"].to_pylist()
    assert found["turn"].to_pylist() == [None, None, None, None, None, 3]
    found.validate(full=True)


def test_null_prompt_is_null_everywhere_and_an_empty_one_is_not(kernel: Kernel) -> None:
    rows = kernel(ROWS).to_pylist()
    for name in ("prompt", "token_count", "embedding", "cot", "judge", "bypass", "synthetic"):
        assert rows[1][name] is None
        assert rows[2][name] is not None
    assert rows[2]["token_count"] == rows[4]["token_count"] == 0
    assert {v & 3 for v in rows[1]["fingerprints"]} == {SYSTEM}


@given(st.lists(st.integers(1, 6), max_size=6), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_any_cut_into_batches_gives_the_same_rows(sizes: list[int], skip: int) -> None:
    kernel = sketch_kernel()
    whole = kernel(ROWS.slice(skip))
    parts, at = [], skip
    for size in [*sizes, ROWS.num_rows]:
        piece = ROWS.slice(at, size)
        at += piece.num_rows
        parts.append(kernel(piece))
    assert pa.Table.from_batches(parts).combine_chunks().to_pylist() == whole.to_pylist()


@pytest.mark.parametrize(
    "store",
    [
        lambda c: c.cast(pa.large_string()),
        lambda c: c.dictionary_encode(),
        lambda c: c.dictionary_encode().cast(pa.dictionary(pa.int8(), pa.large_string())),
        lambda c: pa.concat_arrays([pa.array(["lead in", None]), c]).slice(2),
    ],
    ids=["large_string", "dictionary", "large_dictionary", "offset"],
)
@pytest.mark.parametrize("name", ["prompt", "system_prompt", "client_ip", "user_agent", "account_id"])
def test_storage_does_not_matter(store: Callable[[pa.Array], pa.Array], name: str, kernel: Kernel) -> None:
    assert kernel(with_column(ROWS, name, store(ROWS[name]))).equals(kernel(ROWS))


def test_a_sliced_batch_is_sketched_as_its_copy(kernel: Kernel) -> None:
    for low in range(ROWS.num_rows):
        copied = pa.RecordBatch.from_pylist(ROWS.slice(low, 3).to_pylist(), EXCHANGE_SCHEMA)
        assert kernel(ROWS.slice(low, 3)).equals(kernel(copied))


def test_empty_batch(kernel: Kernel) -> None:
    found = kernel(ROWS.slice(0, 0))
    assert found.num_rows == 0
    assert found.schema.equals(SKETCH_SCHEMA)


def test_absent_and_all_null_columns_are_null(kernel: Kernel) -> None:
    required = [f.name for f in EXCHANGE_SCHEMA if not f.nullable]
    bare = kernel(prompts(None, None).select(required))
    assert bare.equals(kernel(prompts(None, None)))
    assert all(bare[name].null_count == 2 for name in HASHED)
    assert bare["fingerprints"].to_pylist() == [[], []]


def test_other_types_of_the_same_meaning_are_cast(kernel: Kernel) -> None:
    changed = with_column(ROWS, "timestamp", ROWS["timestamp"].cast(pa.timestamp("ms", tz="UTC")))
    changed = with_column(changed, "turn", ROWS["turn"].cast(pa.int64()))
    assert kernel(changed).equals(kernel(ROWS))


def test_null_over_bytes_is_sketched_as_an_empty_text(kernel: Kernel) -> None:
    text = b"these eight words stand behind a null value"
    offsets = np.array([0, len(text)], np.int32)
    hidden = pa.Array.from_buffers(
        pa.string(), 1, [pa.py_buffer(b"\0"), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text)]
    )
    assert hidden.to_pylist() == [None]
    assert kernel(with_column(prompts(None), "prompt", hidden)).equals(kernel(prompts(None)))


@pytest.mark.parametrize("unit", ["word ", "x", "é", "日", "\U0001f642", "1", "a1", " "])
def test_long_texts_are_bounded(unit: str, kernel: Kernel) -> None:
    long = unit * (3 * MAX_BYTES // len(unit.encode()))
    row = kernel(prompts(long, "short one")).to_pylist()
    assert row[0]["token_count"] <= MAX_TOKENS
    assert len(row[0]["fingerprints"]) <= MAX_TOKENS + 8
    assert row[1] == {**kernel(prompts("short one")).to_pylist()[0], "request_id": "r1", "account_id": "a1"}


def test_head_and_tail_of_a_long_text_count_and_its_middle_does_not(kernel: Kernel) -> None:
    filler = " ".join(["lorem ipsum"] * 20_000)
    texts = [filler, "one " + filler, filler + " one", filler[:100_000] + " one " + filler[100_000:]]
    found = kernel(prompts(*texts))["prompt"].to_pylist()
    assert len({found[0], found[1], found[2]}) == 3
    assert found[3] == found[0]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_utf8_do_not_crash_it(raw: list[bytes]) -> None:
    column = pa.array(raw, pa.binary()).view(pa.string())
    source = with_column(prompts(*[None] * len(raw)), "prompt", column)
    once, again = (sketch_kernel()(source) for _ in range(2))
    assert once.equals(again)
    assert once["prompt"].null_count == 0


def test_broken_character_at_the_end_of_the_buffer(kernel: Kernel) -> None:
    for tail in (b"\xc3", b"\xe6\x97", b"\xf0\x9f\x99", b"\xff", b"\x80"):
        column = pa.array([b"end " + tail], pa.binary()).view(pa.string())
        assert kernel(with_column(prompts(None), "prompt", column))["token_count"].to_pylist() == [1]


def test_another_key_changes_every_hash_and_no_equality() -> None:
    one, other = (sketch_kernel(derive_key(secret))(ROWS) for secret in (b"a" * 16, b"b" * 16))
    for name in HASHED:
        a, b = one[name].to_pylist(), other[name].to_pylist()
        assert [x is None for x in a] == [x is None for x in b]
        assert [a.index(x) for x in a] == [b.index(x) for x in b]
        assert not ({x for x in a if x} & {x for x in b if x})
    a, b = ([v for row in t["fingerprints"].to_pylist() for v in row] for t in (one, other))
    assert [a.index(x) for x in a] == [b.index(x) for x in b]
    assert [x & 3 for x in a] == [x & 3 for x in b]
    assert not set(a) & set(b)
    for name in ("cot", "judge", "bypass", "synthetic", "embedding", "token_count"):
        assert one[name].equals(other[name])


def test_no_text_is_in_the_file() -> None:
    planted = {
        "prompt": "zanzibar quokka marmalade please explain everything",
        "system_prompt": "obfuscate the wolverine papaya at once please",
        "response": "trapezoid sarsaparilla",
        "session_id": "session-heliotrope",
        "client_ip": "203.0.113.77",
        "user_agent": "flibbertigibbet/9",
        "tls_fingerprint": "ja4-kumquat",
        "reasoning_signature": "signature-rutabaga",
    }
    sink = io.BytesIO()
    table = pa.Table.from_batches([sketch_kernel(derive_key(b"k" * 16))(batch(*[planted] * 50))])
    pq.write_table(table, sink, compression="none", use_dictionary=False)
    raw = sink.getvalue()
    assert b"r49" in raw  # ids are kept, so the search below can find what is there
    for text in planted.values():
        for word in text.split():
            assert word.encode() not in raw or word in ("the", "at")


def test_system_prompts_that_are_nearly_equal_share_fingerprints(kernel: Kernel) -> None:
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(200)]
    near = [*words[:100], "other", *words[101:]]
    rows = kernel(batch({"system_prompt": " ".join(words)}, {"system_prompt": " ".join(near)})).to_pylist()
    one, other = (set(row["fingerprints"]) for row in rows)
    assert rows[0]["system_prompt"] != rows[1]["system_prompt"]
    assert len(one) == len(other) == SYSTEM_FINGERPRINTS
    assert len(one & other) >= SYSTEM_FINGERPRINTS // 2
    assert {v & ((1 << KIND_BITS) - 1) for v in one} == {SYSTEM}


def networks(*addresses: str | None) -> list[int | None]:
    found: list[int | None] = sketch_kernel()(batch(*({"client_ip": a} for a in addresses)))[
        "ip_prefix"
    ].to_pylist()
    return found


def test_neighbouring_addresses_share_a_network() -> None:
    a, b, c, nothing, word = networks("10.1.2.3", "10.1.2.99", "10.1.3.3", None, "unknown")
    assert a == b != c
    assert nothing is None
    assert word not in (a, c, None)
    d, e, f = networks("2001:db8:1:2::5", "2001:db8:1:9::7", "2001:db8:2:2::5")
    assert d == e != f


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("2001:db8::1", "2001:db8:0:0::1"),
        ("2001:DB8:1::1", "2001:db8:1::1"),
        ("2001:db8:0001::1", "2001:db8:1::1"),
    ],
)
def test_one_network_however_written(one: str, same: str) -> None:
    a, b = networks(one, same)
    assert a == b


def test_mapped_ipv4_addresses_keep_their_networks() -> None:
    a, b, plain = networks("::ffff:10.1.2.3", "::ffff:192.0.2.9", "10.1.2.77")
    assert a == plain != b


GOLDEN = Path(__file__).parents[2] / "golden" / "detect" / "sketch-1.json"


def test_sketches_of_this_version_keep_their_hashes() -> None:
    """Sketches made months apart are scanned together; a change here needs another SKETCH_VERSION."""
    kept = json.loads(GOLDEN.read_text())
    assert kept["version"] == SKETCH_VERSION
    source = batch(*(row["given"] for row in kept["rows"]))
    found = sketch_kernel(derive_key(kept["secret"].encode()))(source).to_pylist()
    assert [{name: row[name] for name in kept["columns"]} for row in found] == [
        row["sketch"] for row in kept["rows"]
    ]


def test_text_buffers_wants_strings() -> None:
    with pytest.raises(TypeError, match="int64"):
        utf8_buffers(pa.array([1, 2]))
    data, offsets = utf8_buffers(pa.array([], pa.string()))
    assert len(data) == 0
    assert offsets.tolist() == [0]

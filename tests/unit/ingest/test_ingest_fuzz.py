"""Whatever the bytes: a valid result, quarantined rows or an InputError, and never another exception."""

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import log_samples as made
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ingest_fixture import NOW, native

from revenuer.ingest import FORMATS, Outside, read_accounts, read_logs
from revenuer.ingest.bodies import request_columns, response_columns
from revenuer.ingest.messages import conversation
from revenuer.ingest.values import EPOCH
from revenuer.records import EXCHANGE_SCHEMA, REQUIRED_COLUMNS, InputError

BY_FORMAT: dict[str, list[Any]] = {
    "native": [native(i) for i in range(4)],
    "otel-genai": [
        made.logs(*made.MESSAGE_EVENTS),
        made.spans({**made.GENAI, **made.CURRENT}, {**made.GENAI, **made.OPENLLMETRY}),
    ],
    "openinference": [made.spans(made.OPENINFERENCE)],
    "litellm-spend": [made.LITELLM_SPEND],
    "litellm-payload": [made.LITELLM_PAYLOAD],
    "langfuse": [made.LANGFUSE],
    "bedrock": [made.BEDROCK],
}
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
leaves |= st.sampled_from(["user", "text", "tool_result", "[[[", '{"a":', "\ud800", "9" * 5000, 10**400])
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8)  # fmt: skip


def survives(content: bytes, log_format: str) -> None:
    """Read `content` and check that what comes out obeys the schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        try:
            result = read_logs(
                [str(path)],
                workdir=Path(folder) / "w",
                log_format=log_format,
                outside=Outside(clock=lambda: NOW),
            )
        except InputError as error:
            assert str(path) in str(error)  # noqa: PT017
            return
        tables = [pq.read_table(file, partitioning=None) for file in result.files]
        assert sum(map(len, tables)) == result.rows
        for table in tables:
            table.validate(full=True)
            assert not any(table.column(name).null_count for name in REQUIRED_COLUMNS)
        count = result.quarantine_file.read_bytes().count(b"\n") if result.quarantine_file else 0
        assert count == result.quarantined


def mutated(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Replace pieces of `content`."""
    changed = bytearray(content)
    for at, size, new in edits:
        at %= len(changed) + 1
        changed[at : at + size] = new
    return bytes(changed)


EDITS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 20), st.binary(max_size=8)), min_size=1, max_size=6
)
NAMED = st.sampled_from(["auto", *(name for name in FORMATS if name != "mapped")])


@SLOW
@given(st.binary(max_size=300), NAMED)
@example(b"PAR1", "native")
@example(b"PAR1PAR1", "auto")
@example(b"\x1f\x8b", "native")
@example(b"\x28\xb5\x2f\xfd", "native")
@example(b"[" * 200_000, "native")
@example(b'{"a":' * 200_000, "native")
@example(b"\xff\xfe{\x00", "native")
@example(b'a,"b\n', "native")
@example(b"{\x00}", "bedrock")
def test_arbitrary_bytes(content: bytes, log_format: str) -> None:
    survives(content, log_format)


@SLOW
@pytest.mark.parametrize("log_format", BY_FORMAT)
@given(edits=EDITS, pack=st.sampled_from([bytes, gzip.compress, zstandard.compress]), inside=st.booleans())
def test_mutated_json_lines(
    log_format: str, edits: list[tuple[int, int, bytes]], pack: Any, inside: bool
) -> None:
    plain = b"".join(json.dumps(record).encode() + b"\n" for record in BY_FORMAT[log_format])
    content = pack(mutated(plain, edits)) if inside else mutated(pack(plain), edits)
    for name in (log_format, "auto"):
        survives(content, name)


def _holes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [hole for key in value for hole in _holes(value[key], (*path, key))]
    elif isinstance(value, list):
        found += [hole for index, item in enumerate(value) for hole in _holes(item, (*path, index))]
    return found


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(value[path[0]], path[1:], new)
    return copy


@SLOW
@pytest.mark.parametrize("log_format", BY_FORMAT)
@given(data=st.data())
def test_any_value_in_any_place_of_a_record(log_format: str, data: st.DataObject) -> None:
    records = []
    for record in BY_FORMAT[log_format]:
        for _ in range(3):
            hole = data.draw(st.sampled_from(_holes(record)))
            records.append(_with(record, hole, data.draw(anything)))
    survives("".join(json.dumps(record) + "\n" for record in records).encode(), log_format)


def _parquet(table: pa.Table, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return bytes(sink.getvalue())


@SLOW
@given(EDITS, st.sampled_from(["none", "snappy", "zstd"]), st.integers(0, 1))
def test_mutated_parquet(edits: list[tuple[int, int, bytes]], compression: str, kind: int) -> None:
    rows = [{**native(i), "timestamp": NOW} for i in range(20)]
    table = (
        pa.Table.from_pylist(rows)
        if kind
        else pa.Table.from_pylist([{key: json.dumps(value) for key, value in made.LANGFUSE.items()}])
    )
    survives(mutated(_parquet(table, compression=compression), edits), "auto")


@SLOW
@given(data=st.data())
def test_parquet_with_columns_of_any_type(data: st.DataObject) -> None:
    pools: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
        (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
        (pa.uint64(), st.integers(0, 2**64 - 1)),
        (pa.float64(), st.floats()),
        (pa.float16(), st.just(None)),
        (pa.string(), st.text(st.characters(codec="utf-8"), max_size=5)),
        (pa.binary(), st.binary(max_size=5)),
        (pa.bool_(), st.booleans()),
        (pa.timestamp("ns"), st.integers(-(2**63), 2**63 - 1)),
        (pa.timestamp("s", "Asia/Tokyo"), st.integers(-(2**50), 2**50)),
        (pa.date32(), st.integers(-(2**31), 2**31 - 1)),
        (pa.time64("us"), st.integers(0, 86_399_999_999)),
        (pa.list_(pa.int8()), st.lists(st.integers(0, 9), max_size=2)),
        (pa.decimal128(20, 3), st.decimals(-(10**9), 10**9, places=3)),
        (pa.null(), st.none()),
    ]
    arrays = {}
    for name in EXCHANGE_SCHEMA.names:
        kind, values = data.draw(st.sampled_from(pools))
        arrays[name] = pa.array(data.draw(st.lists(st.none() | values, min_size=3, max_size=3)), type=kind)
    survives(_parquet(pa.table(arrays)), "native")


@settings(max_examples=100, deadline=None)
@given(anything)
def test_no_message_or_body_crashes_its_reader(value: Any) -> None:
    for wrapped in (
        value,
        [value],
        [{"role": "user", "content": value}],
        {"messages": [value], "choices": [value]},
    ):
        conversation(wrapped, value)
        request_columns(wrapped)
        response_columns(wrapped)


@SLOW
@given(
    st.binary(max_size=200) | st.builds(lambda e: mutated(b'{"account_id":"a","plan":"p"}\n' * 3, e), EDITS)
)
def test_account_tables(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts"
        path.write_bytes(content)
        try:
            result = read_accounts(str(path), workdir=Path(folder) / "w")
        except InputError:
            return
        result.table.validate(full=True)


@SLOW
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1_500_000_000, 1_700_000_000)), max_size=60))
def test_every_row_is_kept_or_counted_once(rows: list[tuple[int, int]]) -> None:
    """Property: kept + duplicates + quarantined = given, and the first of each id is the one that stays."""
    records = [native(number, timestamp=at, turn=-1 if at % 7 == 0 else 0) for number, at in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        result = read_logs([str(path)], workdir=Path(folder) / "w", outside=Outside(clock=lambda: NOW))
        assert result.rows + result.duplicates + result.quarantined == len(rows)
        first = {}
        for number, at in rows:
            if at % 7:
                first.setdefault(f"r{number}", at)
        kept = [row for file in result.files for row in pq.read_table(file).to_pylist()]
        assert {row["request_id"]: int((row["timestamp"] - EPOCH).total_seconds()) for row in kept} == first

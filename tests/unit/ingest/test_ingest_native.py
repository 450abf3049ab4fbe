"""Native rows: casting, quarantine, duplicates, windows, clocks, pass-through."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_fixture import Read, native, quarantined, rows_of, write_lines

from revenuer.records import EXCHANGE_SCHEMA, InputError, UsageError

WHEN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def table(*rows: dict[str, object], schema: pa.Schema = EXCHANGE_SCHEMA) -> pa.Table:
    full = [{"timestamp": WHEN, **{k: v for k, v in row.items() if k != "timestamp"}} for row in rows]
    names = [name for name in schema.names if any(name in row for row in full)]
    return pa.Table.from_pylist(full, schema=pa.schema([schema.field(name) for name in names]))


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678",
        "2026-01-02 05:04:05.678+02:00",
        "2026-01-02T03:04:05.678000999Z",
        1767323045.678,
        1767323045678,
        1767323045678000,
        1767323045678000000,
        "1767323045678",
    ],
)
def test_a_time_is_understood_in_every_common_spelling(tmp_path: Path, read: Read, written: object) -> None:
    result = read(write_lines(tmp_path / "a.jsonl", [native(timestamp=written)]))
    assert rows_of(result)[0]["timestamp"] == WHEN


def test_rows_come_back_with_the_schemas_types(tmp_path: Path, read: Read) -> None:
    rich = native(
        1, temperature=0.5, logprobs="true", stream=0, max_tokens="64", n=1.0, session_id=7, status=200
    )
    result = read(write_lines(tmp_path / "a.jsonl", [rich, native(2)]))
    assert pq.read_schema(result.files[0]).equals(EXCHANGE_SCHEMA)
    row = rows_of(result)[0]
    assert (row["temperature"], row["logprobs"], row["stream"], row["max_tokens"]) == (0.5, True, False, 64)
    assert (row["n"], row["session_id"], row["status"], row["prompt"]) == (1, "7", 200, "Explain tides.")
    assert "tls_fingerprint" in result.columns_missing
    assert "temperature" not in result.columns_missing


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account_id": ...}, "account_id is missing"),
        ({"request_id": ""}, "request_id is missing"),
        ({"timestamp": "yesterday"}, "timestamp is 'yesterday'"),
        ({"timestamp": 0}, "before 2015"),
        ({"timestamp": 1e30}, "too large"),
        ({"timestamp": "9999-12-31T00:00:00Z"}, "after 2099"),
        ({"turn": 2**31}, "out of range"),
        ({"turn": -1}, "turn is negative"),
        ({"output_tokens": 1.5}, "whole number"),
        ({"max_tokens": "many"}, "expected a number"),
        ({"temperature": 1e300}, "out of range"),
        ({"logprobs": "perhaps"}, "true or false"),
        ({"prompt": {"a": 1}}, "expected text"),
        ({"model": True}, "expected text"),
    ],
)
def test_a_row_that_does_not_fit_is_quarantined_with_its_place(
    tmp_path: Path, read: Read, changes: dict[str, object], reason: str
) -> None:
    result = read(
        write_lines(tmp_path / "a.jsonl", [native(1), native(2, **changes), native(3)]), log_format="native"
    )
    assert [row["request_id"] for row in rows_of(result)] == ["r1", "r3"]
    (bad,) = quarantined(result)
    assert reason in bad["reason"]
    assert (bad["line"], Path(bad["file"]).name, result.quarantined) == (2, "a.jsonl", 1)
    assert bad["excerpt"]


def test_nan_is_null_not_a_number(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.jsonl"
    write_lines(path, [native(1, temperature=float("nan"), output_tokens=float("nan"))])
    result = read(path)
    assert (rows_of(result)[0]["temperature"], result.quarantined) == (None, 0)


def test_clean_parquet_is_passed_through_where_it_lies(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(native(1), native(2)).append_column("mine", pa.array([1, 2])), path)
    result = read(path)
    assert result.files == (path,)
    assert (result.rows, result.columns_ignored) == (2, ("mine",))


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("timestamp", pa.array([1767323045678] * 2), WHEN),
        ("timestamp", pa.array([WHEN.replace(tzinfo=None)] * 2, pa.timestamp("ns")), WHEN),
        ("timestamp", pa.array(["2026-01-02T03:04:05.678Z"] * 2), WHEN),
        ("prompt", pa.array(["hi", "hi"], pa.large_string()), "hi"),
        ("prompt", pa.array(["hi", "hi"]).dictionary_encode(), "hi"),
        ("prompt", pa.array([b"h\xff", b"h\xff"]), "h\ufffd"),
        ("turn", pa.array([3.0, np.nan]), 3),
        ("turn", pa.array(["3", ""]), 3),
        ("temperature", pa.array([0.5, np.nan], pa.float32()), 0.5),
        ("stream", pa.array([1, 0]), True),
        ("finish_reason", pa.array(["end_turn", "odd"]), "stop"),
        ("session_id", pa.array([7, 8]), "7"),
    ],
)
def test_parquet_of_other_types_is_rewritten(
    tmp_path: Path, read: Read, column: str, values: pa.Array, expected: object
) -> None:
    given = table(native(1), native(2))
    if column in given.schema.names:
        given = given.drop_columns([column])
    pq.write_table(given.append_column(column, values), tmp_path / "a.parquet")
    result = read(tmp_path / "a.parquet")
    assert result.files != (tmp_path / "a.parquet",)
    assert rows_of(result)[0][column] == expected
    assert result.quarantined == 0


def test_bad_parquet_rows_are_quarantined_and_the_rest_kept(tmp_path: Path, read: Read) -> None:
    nullable = pa.schema([field.with_nullable(True) for field in EXCHANGE_SCHEMA])
    rows = [native(1), native(2, account_id=None), native(3, turn=-4), native(4)]
    pq.write_table(table(*rows, schema=nullable), tmp_path / "a.parquet")
    result = read(tmp_path / "a.parquet")
    assert [row["request_id"] for row in rows_of(result)] == ["r1", "r4"]
    assert [(row["line"], row["reason"]) for row in quarantined(result)] == [
        (2, "account_id is missing"),
        (3, "turn is negative"),
    ]


def test_text_in_parquet_that_is_not_utf8_is_mended(tmp_path: Path, read: Read) -> None:
    broken = pa.array([b"fine", b"bro\xffken"]).view(pa.string())
    given = table(native(1), native(2)).drop_columns(["prompt"]).append_column("prompt", broken)
    pq.write_table(given, tmp_path / "a.parquet")
    assert [row["prompt"] for row in rows_of(read(tmp_path / "a.parquet"))] == ["fine", "bro\ufffdken"]


def test_the_first_of_repeated_requests_stays_across_files(tmp_path: Path, read: Read) -> None:
    pq.write_table(table(native(1, prompt="first"), native(2), native(2)), tmp_path / "a.parquet")
    write_lines(tmp_path / "b.jsonl", [native(1, prompt="second"), native(3), native(3)])
    result = read(tmp_path)
    assert [(row["request_id"], row["prompt"]) for row in rows_of(result)] == [
        ("r1", "first"),
        ("r2", "Explain tides."),
        ("r3", "Explain tides."),
    ]
    assert (result.rows, result.duplicates) == (3, 3)
    assert [(one.rows, one.duplicates) for one in result.sources] == [(2, 1), (1, 2)]
    assert (tmp_path / "a.parquet").exists()


def test_rows_outside_the_window_are_left_out(tmp_path: Path, read: Read) -> None:
    rows = [native(day, timestamp=f"2026-01-{day:02d}T00:00:00Z") for day in range(1, 11)]
    write_lines(tmp_path / "a.jsonl", rows)
    times = pa.array([datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 11)], pa.timestamp("us", "UTC"))
    own = table(*[native(100 + day) for day in range(1, 11)])
    pq.write_table(
        own.set_column(own.schema.get_field_index("timestamp"), "timestamp", times), tmp_path / "b.parquet"
    )
    since, until = datetime(2026, 1, 3), datetime(2026, 1, 5, tzinfo=UTC)
    result = read(tmp_path, since=since, until=until)
    assert sorted(row["request_id"] for row in rows_of(result)) == ["r103", "r104", "r3", "r4"]
    assert (result.outside_window, result.quarantined) == (16, 0)
    with pytest.raises(UsageError, match="not before"):
        read(tmp_path, since=until, until=until)


def test_a_few_rows_ahead_of_the_clock_are_quarantined(tmp_path: Path, read: Read) -> None:
    rows = [native(1), native(2, timestamp="2026-06-09T00:00:00Z"), native(3), native(2)]
    result = read(write_lines(tmp_path / "a.jsonl", rows))
    assert [row["request_id"] for row in rows_of(result)] == ["r1", "r3", "r2"]
    (bad,) = quarantined(result)
    assert "ahead of this machine's clock" in bad["reason"] or "a day ahead" in bad["reason"]
    assert (bad["line"], result.duplicates) == (2, 0)


def test_a_log_of_another_calendar_is_taken_as_it_is(tmp_path: Path, read: Read) -> None:
    rows = [native(day, timestamp=(WHEN + timedelta(days=900 + day)).isoformat()) for day in range(20)]
    result = read(write_lines(tmp_path / "a.jsonl", rows))
    assert (result.rows, result.quarantined) == (20, 0)
    assert "ahead of this machine's clock" in result.notes[0]


def test_progress_counts_rows(tmp_path: Path, read: Read) -> None:
    told: list[int] = []
    read(write_lines(tmp_path / "a.jsonl", [native(i) for i in range(5)]), on_progress=told.append)
    assert told[-1] == 5


def test_parquet_without_a_required_column_is_refused_by_name(tmp_path: Path, read: Read) -> None:
    pq.write_table(table(native(1)).drop_columns(["account_id"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet.*account_id.*--format"):
        read(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"lacks the required columns account_id"):
        read(tmp_path / "a.parquet", log_format="native")


def test_extra_columns_of_clashing_types_do_not_reach_one_query(tmp_path: Path, read: Read) -> None:
    pq.write_table(table(native(1)).append_column("x", pa.array([1])), tmp_path / "a.parquet")
    pq.write_table(table(native(2)).append_column("x", pa.array(["s"])), tmp_path / "b.parquet")
    pq.write_table(table(native(3)).append_column("PROMPT", pa.array(["s"])), tmp_path / "c.parquet")
    result = read(tmp_path)
    assert result.files[0] == tmp_path / "a.parquet"
    assert "x" not in pq.read_schema(result.files[1]).names
    assert result.rows == 3


def test_sketches_pass_through_and_never_mix(tmp_path: Path, read: Read) -> None:
    sketch = pa.table({"request_id": ["r1"], "prompt": [5]}).replace_schema_metadata(
        {"revenuer.schema": "sketch/1"}
    )
    pq.write_table(sketch, tmp_path / "s.parquet")
    write_lines(tmp_path / "a.jsonl", [native(1)])
    result = read(tmp_path / "s.parquet")
    assert (result.kind, result.rows, result.files) == ("sketch", 1, (tmp_path / "s.parquet",))
    for order in (("s.parquet", "a.jsonl"), ("a.jsonl", "s.parquet")):
        with pytest.raises(UsageError, match="one kind at a time"):
            read(*(tmp_path / name for name in order))

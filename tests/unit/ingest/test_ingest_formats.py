"""Each log format, on a record made from its published schema: the same exchange comes out of all of them."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import log_samples as made
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_fixture import Read, quarantined, rows_of, write_lines

from revenuer.ingest import FORMATS, load_mapping
from revenuer.records import InputError

EXPECTED: dict[str, Any] = {
    "request_id": "q1",
    "account_id": "hash1",
    "model": "gpt",
    "timestamp": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    "session_id": "s1",
    "client_ip": "10.0.0.1",
    "user_agent": "curl/8",
    "system_prompt": "Be brief.",
    "prompt": "Second",
    "turn": 1,
    "tool_count": 2,
    "max_tokens": 64,
    "temperature": 0.5,
    "stream": True,
    "input_tokens": 11,
    "output_tokens": 7,
    "finish_reason": "length",
    "status": 200,
    "response": "Done.",
}
TEXT_CURRENT = {key: json.dumps(value) for key, value in made.CURRENT.items()}
IP_LESS = ("client_ip", "user_agent")
CASES: dict[str, tuple[str, list[dict[str, Any]], Sequence[str]]] = {
    "otel current, structured": ("otel-genai", [made.spans({**made.GENAI, **made.CURRENT})], ()),
    "otel current, as text": ("otel-genai", [made.spans({**made.GENAI, **TEXT_CURRENT})], ()),
    "otel current, details event": (
        "otel-genai",
        [made.logs(("gen_ai.client.inference.operation.details", {**made.GENAI, **made.CURRENT}, {}))],
        (),
    ),
    "otel events up to 1.36, as logs": (
        "otel-genai",
        [made.logs(*made.MESSAGE_EVENTS), made.spans(made.GENAI)],
        ("tool_count",),
    ),
    "otel events up to 1.36, on the span": (
        "otel-genai",
        [
            made.spans(
                made.GENAI,
                events=[
                    {"name": name, "attributes": made.pairs({"gen_ai.event.content": json.dumps(body)})}
                    for name, _, body in made.MESSAGE_EVENTS
                ],
            )
        ],
        ("tool_count",),
    ),
    "openllmetry": ("otel-genai", [made.spans({**made.GENAI, **made.OPENLLMETRY})], ()),
    "openinference": ("openinference", [made.spans(made.OPENINFERENCE)], ("request_id",)),
    "litellm spend": ("litellm-spend", [made.LITELLM_SPEND], ()),
    "litellm payload": ("litellm-payload", [made.LITELLM_PAYLOAD], ()),
    "litellm payload, wrapped": ("litellm-payload", [{"standard_logging_object": made.LITELLM_PAYLOAD}], ()),
    "langfuse": ("langfuse", [made.LANGFUSE], (*IP_LESS, "status")),
    "bedrock": ("bedrock", [made.BEDROCK], IP_LESS),
}


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_record_of_each_format_becomes_the_same_exchange(
    tmp_path: Path, read: Read, case: str, named: bool
) -> None:
    log_format, records, absent = CASES[case]
    result = read(write_lines(tmp_path / "log.jsonl", records), log_format=log_format if named else "auto")
    (row,) = rows_of(result)
    for name, value in EXPECTED.items():
        assert name in absent or row[name] == value, name
    assert result.sources[0].format == log_format
    assert named or "has" in result.sources[0].why


@pytest.mark.parametrize(
    "case", ["otel current, structured", "litellm spend", "litellm payload", "langfuse", "bedrock"]
)
def test_the_replayed_reasoning_block_leaves_one_id_whatever_the_format(
    tmp_path: Path, read: Read, case: str
) -> None:
    (row,) = rows_of(read(write_lines(tmp_path / "log.jsonl", CASES[case][1])))
    (other,) = rows_of(read(write_lines(tmp_path / "other.jsonl", [made.LITELLM_PAYLOAD])))
    assert row["reasoning_signature"] == other["reasoning_signature"]
    assert len(row["reasoning_signature"]) == 32


def _as_cells(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: json.dumps(value) if isinstance(value, (dict, list)) else value for key, value in record.items()
    }


@pytest.mark.parametrize("sample", [made.LITELLM_SPEND, made.LANGFUSE])
@pytest.mark.parametrize("container", ["parquet", "csv"])
def test_tables_with_json_in_their_cells(
    tmp_path: Path, read: Read, sample: dict[str, Any], container: str
) -> None:
    cells = _as_cells(sample)
    path = tmp_path / f"log.{container}"
    if container == "parquet":
        when = pa.array([EXPECTED["timestamp"].replace(tzinfo=None)], pa.timestamp("ms"))
        table = pa.Table.from_pylist([cells])
        name = "startTime" if "startTime" in cells else "start_time"
        pq.write_table(table.set_column(table.schema.names.index(name), name, when), path)
    else:
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(cells))
            writer.writeheader()
            writer.writerow(cells)
    (row,) = rows_of(read(path))
    for name in ("request_id", "account_id", "timestamp", "prompt", "turn", "tool_count", "output_tokens"):
        assert row[name] == EXPECTED[name], name


def test_langfuse_parquet_maps_and_other_observations(tmp_path: Path, read: Read) -> None:
    usage = pa.array([[("input", 11), ("output", 7)]] * 2, pa.map_(pa.string(), pa.int64()))
    rows = [_as_cells(made.LANGFUSE), {**_as_cells(made.LANGFUSE), "id": "q2", "type": "SPAN"}]
    table = pa.Table.from_pylist(rows).drop_columns(["usage_details"]).append_column("usage_details", usage)
    pq.write_table(table, tmp_path / "a.parquet")
    result = read(tmp_path / "a.parquet")
    assert [row["output_tokens"] for row in rows_of(result)] == [7]
    assert "1 observations are not of type GENERATION" in result.sources[0].notes[0]


def test_failures_keep_their_status(tmp_path: Path, read: Read) -> None:
    failed = {
        **made.LITELLM_PAYLOAD,
        "status": "failure",
        "error_information": {"error_code": "429"},
        "response": None,
    }
    throttled = {**made.BEDROCK, "errorCode": "ThrottlingException"}
    span = made.spans({**made.GENAI, "error.type": "503"})
    rows = [
        rows_of(read(write_lines(tmp_path / f"{number}.jsonl", [record])))[0]
        for number, record in enumerate((failed, throttled, span))
    ]
    assert [row["status"] for row in rows] == [429, 429, 503]
    assert [row["finish_reason"] for row in rows[:2]] == ["error", "error"]


def test_spans_that_are_no_model_calls_are_left_out_and_told(tmp_path: Path, read: Read) -> None:
    record = made.spans(
        {"http.method": "GET"},
        {**made.GENAI, "gen_ai.operation.name": "execute_tool"},
        {"openinference.span.kind": "CHAIN"},
        {**made.GENAI, **made.CURRENT},
    )
    result = read(
        write_lines(tmp_path / "a.jsonl", [record, made.logs(*made.MESSAGE_EVENTS)]), log_format="otel-genai"
    )
    assert result.rows == 1
    assert "3 spans are not model calls" in result.sources[0].notes[0]
    assert "message events of 1 spans" in result.sources[0].notes[1]


@pytest.mark.parametrize("log_format", [name for name in FORMATS if name != "mapped"])
def test_a_record_without_an_account_is_quarantined(tmp_path: Path, read: Read, log_format: str) -> None:
    if log_format == "native":
        record: dict[str, Any] = {"request_id": "1", "model": "m", "timestamp": 1767323045}
    else:
        record = json.loads(
            json.dumps(next(c[1][-1] for c in CASES.values() if c[0] == log_format)).replace("hash1", "")
        )
        record.pop("user", None)
        record.pop("accountId", None)
    result = read(write_lines(tmp_path / "a.jsonl", [record]), log_format=log_format)
    assert [row["reason"] for row in quarantined(result)] == ["account_id is missing"]


def test_the_account_can_be_taken_from_elsewhere(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[account]\nlitellm-spend = ["metadata.tenant", "team_id"]\nbedrock = "accountId"\n')
    log = write_lines(tmp_path / "a.jsonl", [made.LITELLM_SPEND])
    assert rows_of(read(log, mapping=load_mapping(path)))[0]["account_id"] == "t1"


def test_a_mapping_reads_records_of_any_shape(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        '[columns]\nrequest_id = "req.id"\naccount_id = ["auth.sub", "auth.key"]\nmodel = "req.model"\n'
        'timestamp = "at"\nmessages = "req.body.messages"\noutput_tokens = "usage.1"\nuser_agent = "h.user-agent"\n'
    )
    record = {
        "req": {"id": "q1", "model": "m", "body": json.dumps({"messages": made.CHAT})},
        "auth": {"key": "k"},
        "at": 1767323045,
        "usage": [1, 2],
        "h": {"user-agent": "curl"},
    }
    (row,) = rows_of(read(write_lines(tmp_path / "a.jsonl", [record]), mapping=load_mapping(path)))
    assert (row["request_id"], row["account_id"], row["prompt"], row["turn"]) == ("q1", "k", "Second", 1)
    assert (row["output_tokens"], row["user_agent"], row["system_prompt"]) == (2, "curl", "Be brief.")
    pq.write_table(
        pa.Table.from_pylist([{**record, "auth": {"sub": "s", "key": "k"}}]), tmp_path / "a.parquet"
    )
    assert rows_of(read(tmp_path / "a.parquet", mapping=load_mapping(path)))[0]["account_id"] == "s"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns", "expected TOML"),
        ("[colums]\n", "unknown table 'colums'"),
        ('[columns]\nrequest = "a"', "names 'request'"),
        ('[columns]\nrequest_id = "a"', "does not say where account_id, model, timestamp"),
        ("[account]\nbedrock = 3", "must be a field path"),
        ('[account]\nexcel = "a"', "names 'excel'"),
        ("columns = 3", "must be a table"),
    ],
)
def test_a_mapping_file_with_a_mistake_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_mapping(tmp_path / "map.toml")
    with pytest.raises(InputError, match="cannot read"):
        load_mapping(tmp_path / "absent.toml")

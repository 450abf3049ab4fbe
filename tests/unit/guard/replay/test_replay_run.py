"""The guard over a past log: order, what an event carries, what is learnt when, and what is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders.replayed import START, accounts, exchanges, replaying_log
from revenuer.engine import DuckDBEngine
from revenuer.guard.event import Event, Registered
from revenuer.guard.policy import Policy
from revenuer.guard.replay import LOG, operators, registry, replay
from revenuer.guard.replay.events import AFTER_COLUMNS, EVENT_COLUMNS, log_batches, steps
from revenuer.guard.replay.run import aftermath
from revenuer.guard.state import GuardState
from revenuer.records import DECISION_SCHEMA, EXCHANGE_SCHEMA, Action, Decision

LIVE = Policy(shadow=False)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "engine", memory_mb=300, threads=1) as found:
        yield found


def loaded(engine: DuckDBEngine, folder: Path, table: pa.Table) -> DuckDBEngine:
    pq.write_table(table, folder / "log.parquet")
    engine.read_parquet(LOG, [folder / "log.parquet"])
    return engine


def decisions(
    engine: DuckDBEngine,
    folder: Path,
    table: pa.Table,
    policy: Policy = LIVE,
    registered: dict[str, Registered] | None = None,
) -> tuple[pa.Table, GuardState]:
    state = replay(loaded(engine, folder, table), registered or {}, policy, folder / "decisions.parquet")
    return pq.read_table(folder / "decisions.parquet"), state


def test_every_request_gets_one_decision_in_the_order_of_time(engine: DuckDBEngine, tmp_path: Path) -> None:
    log = replaying_log()
    found, _ = decisions(engine, tmp_path, log)
    assert found.schema.equals(DECISION_SCHEMA)
    expected = log.sort_by([("timestamp", "ascending"), ("request_id", "ascending")])
    assert found["request_id"].to_pylist() == expected["request_id"].to_pylist()
    assert found["timestamp"].to_pylist() == expected["timestamp"].to_pylist()
    denied = [row for row in found.to_pylist() if row["action"] == "deny"]
    assert {row["account_id"] for row in denied} == {"thief"}
    assert len(denied) == 4


def test_a_decision_uses_nothing_later_than_its_request(engine: DuckDBEngine, tmp_path: Path) -> None:
    log = replaying_log().sort_by("timestamp")
    whole, _ = decisions(engine, tmp_path, log)
    for rows in (3, 9, 11):
        start, _ = decisions(engine, tmp_path, log.slice(0, rows))
        assert start.equals(whole.slice(0, rows))


def test_the_order_of_the_rows_and_files_does_not_matter(engine: DuckDBEngine, tmp_path: Path) -> None:
    log = replaying_log()
    whole, _ = decisions(engine, tmp_path, log)
    turned, _ = decisions(engine, tmp_path, log.take(list(reversed(range(len(log))))))
    assert turned.equals(whole)


def test_shadow_mode_leaves_everything_answered(engine: DuckDBEngine, tmp_path: Path) -> None:
    found, state = decisions(engine, tmp_path, replaying_log(), Policy())
    assert set(found["action"].to_pylist()) == {"allow", "observe"}
    assert found["would"].to_pylist().count("deny") == 4
    assert [one.operator for one in operators(state)] == ["G-0274ceea"]


def test_events_are_what_a_slow_reading_gives(engine: DuckDBEngine, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"account_id": "a", "minute": 0},
        {
            "account_id": "b",
            "minute": 1,
            "temperature": 0.5,
            "tool_count": 3,
            "max_tokens": 9,
            "turn": 4,
            "n": 2,
        },
        {"account_id": "b", "minute": 2, "organization_id": "o", "session_id": "s", "client_ip": "192.0.2.1"},
        {"account_id": "c", "minute": 3, "user_agent": "u", "tls_fingerprint": "t", "system_prompt": "y"},
        {
            "account_id": "c",
            "minute": 4,
            "logprobs": True,
            "stream": True,
            "reasoning_signature": "sig",
            "prompt": None,
        },
        {
            "account_id": "c",
            "minute": 5,
            "turn": None,
            "n": None,
            "logprobs": None,
            "stream": None,
            "status": None,
        },
    ]
    log = exchanges(rows)
    known = registry(accounts(b={"plan": "pro", "created_at": START}, z={"plan": "free"}))
    batches = list(log_batches(loaded(engine, tmp_path, log)))
    assert all(batch.schema.names == [*EVENT_COLUMNS, *AFTER_COLUMNS] for batch in batches)
    found = [step for batch in batches for step in steps(batch, known)]
    for row, (event, status, finish_reason, output_tokens) in zip(log.to_pylist(), found, strict=True):
        given = {name: row[name] for name in EVENT_COLUMNS}
        given["timestamp"] = int(row["timestamp"].timestamp() * 1_000_000)
        for name, usual in {"turn": 0, "n": 1, "logprobs": False, "stream": False}.items():
            given[name] = usual if given[name] is None else given[name]
        assert event == Event(**given, account=known.get(row["account_id"]))
        assert (status, finish_reason, output_tokens) == (row["status"] or 200, "stop", 100)
    assert known["b"] == Registered(plan="pro", created_at=int(START.timestamp()) * 1_000_000)


def test_a_log_without_the_nullable_columns_can_be_replayed(engine: DuckDBEngine, tmp_path: Path) -> None:
    bare = replaying_log().select(["request_id", "account_id", "model", "timestamp"])
    found, _ = decisions(engine, tmp_path, bare)
    assert set(found["action"].to_pylist()) == {"allow"}


def test_an_account_s_row_comes_with_its_own_events_only(engine: DuckDBEngine, tmp_path: Path) -> None:
    spared = {"thief": Registered(verification="kyc", declared_use="evaluation")}
    found, _ = decisions(engine, tmp_path, replaying_log(), LIVE, spared)
    assert "deny" not in found["action"].to_pylist()
    other = {"owner": Registered(verification="kyc", declared_use="evaluation")}
    found, _ = decisions(engine, tmp_path, replaying_log(), LIVE, other)
    assert found["action"].to_pylist().count("deny") == 4


@pytest.mark.parametrize(
    ("action", "status", "tokens"),
    [
        (Action.DENY, 403, 0),
        (Action.CHALLENGE, 401, 0),
        (Action.THROTTLE, 429, 0),
        (Action.RESTRICT, 200, 70),
        (Action.OBSERVE, 200, 70),
    ],
)
def test_what_was_left_unanswered_is_not_learnt_as_answered(action: Action, status: int, tokens: int) -> None:
    event = Event(request_id="r", account_id="a", model="m", timestamp=5)
    decision = Decision(
        request_id="r",
        timestamp=5,
        account_id="a",
        action=action,
        would=Action.DENY,
        reason="something shared",
    )
    learnt = aftermath(event, decision, 200, "stop", 70)
    assert (learnt.request_id, learnt.account_id, learnt.timestamp) == ("r", "a", 5)
    assert (learnt.status, learnt.output_tokens) == (status, tokens)


def test_an_empty_log_gives_an_empty_table(engine: DuckDBEngine, tmp_path: Path) -> None:
    found, state = decisions(engine, tmp_path, EXCHANGE_SCHEMA.empty_table())
    assert found.schema.equals(DECISION_SCHEMA)
    assert (len(found), operators(state)) == (0, ())


def test_more_decisions_than_one_row_group(engine: DuckDBEngine, tmp_path: Path) -> None:
    log = exchanges([{"account_id": f"a{i % 7}", "minute": i} for i in range(200)])
    big = pa.concat_tables([log] * 340)
    ids = pa.array([f"r{i:06d}" for i in range(len(big))])
    found, _ = decisions(engine, tmp_path, big.set_column(0, EXCHANGE_SCHEMA.field(0), ids))
    assert len(found) == 68_000

"""The follower on files, as a process: what it prints, where it goes on, and what stops it."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.followed import NOON, Following, as_lines, denied, exchange, replay, run_once


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


def append(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("a") as stream:
        stream.write(as_lines(rows))


def test_once_prints_what_is_not_allowed_and_exits_with_findings(log: Path) -> None:
    append(log, replay())
    decisions, said = run_once(log, expect=1)
    assert denied(decisions) == ["q2"]
    assert all(one["action"] == "observe" for one in decisions), "the default policy only watches"
    assert "3 exchanges, 1 findings, 0 quarantined" in said


def test_nothing_found_exits_with_zero_and_all_prints_everything(log: Path) -> None:
    append(log, [exchange("q1", "a"), exchange("q2", "b", 1)])
    assert run_once(log, expect=0)[0] == []
    decisions, _ = run_once(log, "--all", expect=0)
    assert [one["action"] for one in decisions] == ["allow", "allow"]


def test_bad_lines_are_set_aside_and_stop_nothing(log: Path, tmp_path: Path) -> None:
    secret = "a sentence that must not travel"
    one, two, three = replay()
    log.write_bytes(
        as_lines([one]).encode()
        + b"no json\n"
        + b'{"request_id":"\xff\xfe"}\n'
        + as_lines([exchange("q9", "a", prompt=[secret]), exchange("q8", "a", 10 * 365 * 86400.0)]).encode()
        + as_lines([two, three]).encode()
        + b'{"request_id": "half'
    )
    aside = tmp_path / "quarantine.jsonl"
    decisions, said = run_once(log, "--quarantine", aside, expect=1)
    assert denied(decisions) == ["q2"]
    assert "5 quarantined" in said
    rows = [json.loads(line) for line in aside.read_text().splitlines()]
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 8]
    assert all(row["file"] == str(log) and row["reason"] for row in rows)
    assert "future" in rows[3]["reason"]
    assert secret not in aside.read_text() + said


def test_followed_live_through_a_rotation_and_ended_politely(
    log: Path, tmp_path: Path, follow: Callable[..., Following]
) -> None:
    append(log, [exchange("old", "thief", -1, reasoning_signature="old")])
    state = tmp_path / "state.json"
    following = follow(log, "--all", "--state", state)
    following.until(state.exists)
    one, two, three = replay()
    append(log, [one])
    following.until(lambda: len(following.decisions()) == 1)
    log.rename(f"{log}.1")
    append(log, [two, three])
    following.until(lambda: len(following.decisions()) == 3)
    assert denied(following.decisions()) == ["q2"]
    assert "3 exchanges" in following.stop(expect=1)


@pytest.mark.parametrize("how", ["politely", "with SIGKILL"])
def test_a_restart_goes_on_at_the_saved_place(
    log: Path, tmp_path: Path, follow: Callable[..., Following], how: str
) -> None:
    state = tmp_path / "state.json"
    append(log, [exchange(f"q{i}", "a", i) for i in range(5)])
    following = follow(log, "--all", "--state", state, "--from", "beginning")
    following.until(lambda: len(following.decisions()) == 5)
    if how == "politely":
        following.stop()
    else:
        following.until(lambda: state.exists() and _offset(state) == log.stat().st_size)
        following.kill()
    append(log, [exchange(f"q{i}", "a", i) for i in range(5, 8)])
    decisions, _ = run_once(log, "--all", "--state", state)
    assert [one["request_id"] for one in decisions] == ["q5", "q6", "q7"]


def _offset(state: Path) -> int:
    [position] = json.loads(state.read_text())["positions"].values()
    return int(json.loads(b64decode(position))["offset"])


def test_a_clock_that_jumps_back_ends_no_measure(log: Path) -> None:
    one, two, three = replay()
    append(log, [one, two])
    append(log, [exchange("back", "thief", -30 * 86400.0), exchange("later", "thief", 60.0), three])
    decisions, _ = run_once(log, "--all", expect=1)
    would = {one["request_id"]: one["would"] for one in decisions}
    assert would["later"] == "deny"
    assert would["q3"] != "deny"


def test_the_same_lines_again_are_not_counted_again(log: Path, tmp_path: Path) -> None:
    append(log, replay())
    again = tmp_path / "again.jsonl"
    append(again, replay())
    decisions, said = run_once(log, again, "--all", "--json", expect=1)
    assert len(decisions) == 3
    counts = json.loads(said)
    assert (counts["lines"], counts["exchanges"], counts["repeated"]) == (6, 3, 3)


def test_litellm_lines_are_read_as_they_are(log: Path) -> None:
    def logged(number: int, key: str, messages: list[dict[str, Any]]) -> str:
        return json.dumps(
            {
                "id": f"q{number}",
                "startTime": NOON + number,
                "model": "m-1",
                "status": "success",
                "metadata": {"user_api_key_hash": key},
                "model_parameters": {"max_tokens": 100},
                "messages": messages,
                "response": "fine",
            }
        )

    block = {"type": "thinking", "thinking": "...", "signature": "EqQBCgIYAhIM"}
    talk = [
        {"role": "user", "content": "go on"},
        {"role": "assistant", "content": [block]},
        {"role": "user", "content": "and"},
    ]
    lines = [logged(1, "key-a", talk), '{"unrelated": true}', logged(2, "key-b", talk)]
    log.write_text("\n".join(lines) + "\n")
    for log_format in ("litellm-payload", "auto"):
        decisions, _ = run_once(log, "--format", log_format, expect=1)
        assert denied(decisions) == ["q2"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/no/such/file"], "is not there"),
        (["http://host/x"], "expected a file"),
        (["redis://localhost/0"], "without a stream"),
        (["kafka://localhost:9092"], "without servers or topic"),
        (["x", "x"], "twice"),
        (["@/no/such/file"], "should hold an address"),
        (["x", "--journal", "a", "--state", "b"], "leave --state away"),
        (["x", "--shared-key", "a"], "without --fleet"),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], sentence: str) -> None:
    decisions, said = run_once(*arguments, expect=2)
    assert decisions == []
    assert sentence in said
    assert "Traceback" not in said

"""The whole program on odd logs: a clear error or an honest result, and never a half-written folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from revenuer.records import EXCHANGE_SCHEMA, OPTIONAL_COLUMNS

PROGRAM = [sys.executable, "-c", "from revenuer.cli.main import main; main()"]
START = datetime(2026, 3, 2, tzinfo=UTC)
RESULT = {"accounts.parquet", "campaigns.index", "campaigns.json", "observables.parquet", "report.html"}

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the program in the test's own folder."""

    def call(*arguments: str, expect: int | None = None) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [*PROGRAM, *arguments], cwd=tmp_path, capture_output=True, check=False, timeout=500
        )
        if expect is not None:
            assert done.returncode == expect, done.stderr.decode()
        return done

    return call


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small range log: some 160 accounts, 18,000 exchanges."""
    log = tmp_path_factory.mktemp("city") / "log"
    subprocess.run(
        [*PROGRAM, "simulate", "demo", "--out", str(log), "--scale", "0.05"], check=True, capture_output=True
    )
    return log


def row(i: int, accounts: int = 12, **more: Any) -> dict[str, Any]:
    return {
        "request_id": f"r{i}",
        "account_id": f"a{i % accounts}",
        "model": "m-1",
        "timestamp": (START + timedelta(minutes=11 * i)).isoformat(),
        **more,
    }


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(item) + "\n" for item in rows), encoding="utf-8")


def result(folder: Path) -> dict[str, Any]:
    """The contract file; the folder must be whole and nothing may lie beside it."""
    names = set(os.listdir(folder))
    assert RESULT <= names <= RESULT | {"quarantine.jsonl"}
    assert not [name for name in os.listdir(folder.parent) if "partial" in name]
    loaded: dict[str, Any] = json.loads((folder / "campaigns.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_log_is_an_honest_nothing(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.jsonl").write_bytes(content)
    done = run("scan", "log.jsonl", "--out", "out", expect=0)
    assert b"no exchanges" in done.stdout
    found = result(tmp_path / "out")
    assert found["input"]["exchanges"] == 0
    assert found["prevalence"]["low"] == 0
    assert found["prevalence"]["high"] == 1


def test_one_account(run: Run, tmp_path: Path) -> None:
    write_lines(
        tmp_path / "log.jsonl", (row(i, accounts=1, prompt=f"what is {i} plus {i}") for i in range(50))
    )
    run("scan", "log.jsonl", "--out", "out", expect=0)
    assert result(tmp_path / "out")["input"]["accounts"] == 1


def test_one_exchange(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "log.jsonl", [row(0, prompt="hello")])
    run("scan", "log.jsonl", "--out", "out", expect=0)
    verdicts = pq.read_table(tmp_path / "out" / "accounts.parquet").to_pylist()
    assert [v["verdict"] for v in verdicts] == ["insufficient_data"]


def test_only_the_required_columns(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "log.jsonl", (row(i) for i in range(300)))
    run("scan", "log.jsonl", "--out", "out", expect=0)
    found = result(tmp_path / "out")
    assert set(found["input"]["columns_missing"]) == set(OPTIONAL_COLUMNS)
    assert {"shared_template", "signature_replay", "work_partition"} <= {
        n["signal"] for n in found["not_evaluated"]
    }


def test_every_optional_column_null(run: Run, tmp_path: Path) -> None:
    rows = [row(i) | {"timestamp": START + timedelta(minutes=11 * i)} for i in range(300)]
    table = pa.Table.from_pylist(rows, schema=EXCHANGE_SCHEMA)
    pq.write_table(table, tmp_path / "log.parquet")
    run("scan", "log.parquet", "--out", "out", expect=0)
    assert set(result(tmp_path / "out")["input"]["columns_missing"]) == set(OPTIONAL_COLUMNS)


def test_mixed_schemas_in_one_scan(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    write_lines(folder / "a.jsonl", (row(i, prompt=f"question {i}", zone="eu") for i in range(100)))
    numbers = [
        row(i) | {"timestamp": START, "turn": 0, "max_tokens": 512.0, "weather": "fair"}
        for i in range(100, 200)
    ]
    pq.write_table(pa.Table.from_pylist(numbers), folder / "b.parquet")
    keys = ["request_id", "account_id", "model", "timestamp", "client_ip"]
    lines = [",".join(keys)] + [
        ",".join(str((row(i) | {"client_ip": "10.0.0.1"})[k]) for k in keys) for i in range(200, 300)
    ]
    (folder / "c.csv").write_text("\n".join(lines) + "\n")
    run("scan", "logs", "--out", "out", expect=0)
    found = result(tmp_path / "out")["input"]
    assert found["exchanges"] == 300
    assert found["quarantined"] == 0
    assert not {"prompt", "max_tokens", "client_ip"} & set(found["columns_missing"])


@pytest.mark.parametrize("megabytes", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_a_huge_prompt(run: Run, tmp_path: Path, megabytes: int) -> None:
    huge = "an endless tale of many words " * (megabytes * 1_000_000 // 30)
    write_lines(
        tmp_path / "log.jsonl", [row(0, prompt=huge), *(row(i, prompt=f"short {i}") for i in range(1, 40))]
    )
    run("scan", "log.jsonl", "--out", "out", expect=0)
    assert result(tmp_path / "out")["input"]["exchanges"] == 40


def test_bytes_that_are_not_utf8_keep_their_row(run: Run, tmp_path: Path) -> None:
    lines = [
        json.dumps(row(i, prompt="PLACE")).encode().replace(b"PLACE", b"caf\xe9 \xff\xfe \xed\xa0\x80")
        for i in range(60)
    ]
    (tmp_path / "log.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    run("scan", "log.jsonl", "--out", "out", expect=0)
    found = result(tmp_path / "out")["input"]
    assert (found["exchanges"], found["quarantined"]) == (60, 0)


def test_prompts_without_a_word(run: Run, tmp_path: Path) -> None:
    odd = ["", " ", "...", "\u0000", "\u202e", "12 34", "!" * 5000]
    write_lines(tmp_path / "log.jsonl", (row(i, prompt=odd[i % len(odd)]) for i in range(200)))
    run("scan", "log.jsonl", "--out", "out", expect=0)
    assert result(tmp_path / "out")["input"]["exchanges"] == 200


def test_bad_rows_are_counted_and_kept_aside(run: Run, tmp_path: Path) -> None:
    write_lines(
        tmp_path / "log.jsonl",
        [row(i) for i in range(30)]
        + [{"request_id": "x", "model": "m", "timestamp": "never", "account_id": "a"}],
    )
    run("scan", "log.jsonl", "--out", "out", expect=0)
    assert result(tmp_path / "out")["input"]["quarantined"] == 1
    assert len((tmp_path / "out" / "quarantine.jsonl").read_text().splitlines()) == 1


def test_a_file_that_is_no_log_is_bad_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.jsonl").write_bytes(bytes(range(256)) * 40)
    done = run("scan", "photo.jsonl", "--out", "out", expect=2)
    assert b"photo.jsonl" in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_exit_code_says_what_the_contract_says(run: Run, tmp_path: Path, city: Path) -> None:
    options = ["--accounts", str(city / "accounts.parquet"), "--out", "out", "--json"]
    done = run("scan", str(city / "exchanges.parquet"), *options)
    printed = json.loads(done.stdout)
    assert done.returncode == (1 if printed["campaigns"] else 0)
    written = result(tmp_path / "out")
    assert written["campaigns"] == printed["campaigns"]


def test_a_second_scan_replaces_the_first(run: Run, tmp_path: Path) -> None:
    for n in (20, 30):
        write_lines(tmp_path / "log.jsonl", (row(i) for i in range(n)))
        run("scan", "log.jsonl", "--out", "out", expect=0)
        assert result(tmp_path / "out")["input"]["exchanges"] == n


def test_sketches_hold_no_text_and_scan_in_place_of_the_log(run: Run, tmp_path: Path) -> None:
    secret = "the harbour master of Lisbon owes me eleven crates"
    write_lines(
        tmp_path / "log.jsonl", (row(i, prompt=f"{secret} {i}", client_ip="203.0.113.77") for i in range(60))
    )
    (tmp_path / "key").write_text("0123456789abcdef" * 2)
    run("sketch", "log.jsonl", "--key-file", "key", "--out", "s.parquet", "--json", expect=0)
    cells = json.dumps(pq.read_table(tmp_path / "s.parquet").to_pylist(), default=str)
    assert not [word for word in (*secret.split()[1:], "203.0.113") if len(word) > 3 and word in cells]
    done = run("scan", "s.parquet", "--out", "out")
    assert done.returncode in (0, 1)
    assert result(tmp_path / "out")["input"]["exchanges"] == 60


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("after_s", [0.5, 2.0])
@pytest.mark.parametrize("earlier", [False, True])
def test_killed_in_the_middle(
    tmp_path: Path, city: Path, how: signal.Signals, after_s: float, earlier: bool
) -> None:
    out = tmp_path / "out"
    if earlier:
        out.mkdir()
        for name in RESULT:
            (out / name).write_text("earlier")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [*PROGRAM, "scan", str(city / "exchanges.parquet"), "--out", str(out), "--workdir", str(scratch)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    time.sleep(after_s)
    process.send_signal(how)
    _, err = process.communicate(timeout=120)
    if process.returncode in (0, 1):
        assert set(os.listdir(out)) == RESULT
        return
    assert out.exists() == earlier
    if earlier:
        assert {(out / name).read_text() for name in RESULT} == {"earlier"}
    assert b"Traceback" not in err or after_s < 1
    if how != signal.SIGKILL and b"stopped" in err:
        assert os.listdir(scratch) == []


def test_the_demo_runs_twice(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        done = run("demo", "--json", expect=0)
        answer = json.loads(done.stdout)
        assert answer["comparison"]["campaigns"] == 3
        assert answer["comparison"]["accounts_false"] == 0
        result(tmp_path / "demo" / "scan")
    assert set(os.listdir(tmp_path / "demo")) == {"log", "scan"}

"""What the program says and returns, with the rooms behind it replaced by fakes or given nothing to do."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import revenuer
from revenuer.cli import demo, main, rank, scan, share
from revenuer.cli.run_scan import ScanOptions
from revenuer.records import ResourceError

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

import scan_fixture

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Call]:
    """Run the program in this process, in an empty folder: arguments in; exit code, stdout and stderr out."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["revenuer", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, handler)


def answer_with(monkeypatch: pytest.MonkeyPatch, result: Any) -> list[ScanOptions]:
    """Let `scan` answer `result`, or raise it, and keep what it was asked."""
    asked: list[ScanOptions] = []

    def fake(sources: Any, out: Path, options: ScanOptions) -> Any:
        asked.append(options)
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr(scan, "run_scan", fake)
    return asked


def test_nothing_found_is_0_and_findings_are_1(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, scan_fixture.empty(exchanges=9_000))
    assert call("scan", "log.jsonl", "--out", "out")[0] == 0
    answer_with(monkeypatch, scan_fixture.scan())
    code, out, _ = call("scan", "log.jsonl", "--out", "out")
    assert code == 1
    assert "report: out/report.html" in out


def test_json_is_all_that_stdout_holds(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, scan_fixture.scan())
    code, out, err = call("scan", "log.jsonl", "--out", "out", "--json")
    assert code == 1
    assert len(json.loads(out)["campaigns"]) == len(scan_fixture.scan().campaigns)
    assert err == ""


def test_an_internal_error_is_3_and_one_sentence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REVENUER_TRACEBACK", raising=False)
    answer_with(monkeypatch, ZeroDivisionError("of a kind"))
    code, out, err = call("scan", "log.jsonl", "--out", "out")
    assert (code, out) == (3, "")
    assert "internal error: ZeroDivisionError: of a kind" in err
    assert "REVENUER_TRACEBACK=1" in err
    assert "Traceback" not in err


def test_an_internal_error_shows_its_traceback_on_request(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVENUER_TRACEBACK", "1")
    monkeypatch.setattr(sys, "argv", ["revenuer", "scan", "log.jsonl", "--out", "out"])
    answer_with(monkeypatch, ZeroDivisionError("of a kind"))
    with pytest.raises(ZeroDivisionError):
        main.main()


def test_a_resource_error_is_2_and_its_own_words(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, ResourceError("the disk is full; free some"))
    assert call("scan", "x", "--out", "out") == (2, "", "revenuer: the disk is full; free some\n")


def test_ctrl_c_is_130(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, KeyboardInterrupt())
    code, _, err = call("scan", "x", "--out", "out")
    assert code == 130
    assert "stopped" in err


def test_a_polite_kill_unwinds(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    unwound: list[bool] = []

    def killed(*_: Any) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            unwound.append(True)

    monkeypatch.setattr(scan, "run_scan", killed)
    assert call("scan", "x", "--out", "out")[0] == 130
    assert unwound == [True]


def test_a_reader_that_leaves_is_no_internal_error(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, BrokenPipeError())
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
    assert call("scan", "x", "--out", "out")[0] == 141


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["-h"], ["scan", "--help"], ["demo", "-h"]])
def test_asking_for_help_is_0(call: Call, arguments: list[str]) -> None:
    code, out, err = call(*arguments)
    assert (code, err) == (0, "")
    assert out


def test_the_version_is_the_package_s(call: Call) -> None:
    assert revenuer.__version__ in call("--version")[1]


def test_every_listed_command_exists_and_has_help(call: Call) -> None:
    single = [(name,) for name in main.COMMANDS if name not in ("guard", "prove", "rank", "share")]
    exchange = [
        ("share", name) for name in share.COMMANDS if name not in ("credential", "key", "ledger", "match-set")
    ]
    for words in (*single, *(("rank", name) for name in rank.COMMANDS), *exchange):
        code, out, _ = call(*words, "--help")
        assert code == 0
        assert "--json" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["scan"], "Missing argument 'LOGS...'"),
        (["scan", "log.jsonl"], "Missing option '--out'"),
        (["scan", "log.jsonl", "--out", "out", "--since", "yesterday"], "'yesterday' is no date or time"),
        (["scan", "log.jsonl", "--out", "out", "--until", "2026-13-01"], "'2026-13-01' is no date or time"),
        (["scan", "log.jsonl", "--out", "out", "--format", "syslog"], "'syslog' is not one of"),
        (["scan", "log.jsonl", "--out", "out", "--memory", "1"], "1 is not in the range"),
        (["scan", "log.jsonl", "--out", "out", "--engine", "spark"], "leave --engine out"),
        (["scan", "nothing.jsonl", "--out", "out"], "nothing.jsonl does not exist"),
        (["scan", "nothing-*.jsonl", "--out", "out"], "nothing-*.jsonl"),
        (["scan", "log.jsonl", "--out", "out", "--mapping", "none.toml"], "none.toml"),
        (["simulate", "nowhere", "--out", "out"], "choose one of demo, city"),
        (["simulate", "demo", "--out", "out", "--scale", "0"], "--scale 0 is out of range"),
        (["sketch", "log.jsonl", "--out", "s.parquet"], "Missing option '--key-file'"),
        (["sketch", "log.jsonl", "--key-file", "none", "--out", "s.parquet"], "openssl rand"),
        (["demo", "--seed", "-1"], "-1 is not in the range"),
    ],
)
def test_bad_usage_and_bad_input_are_2(call: Call, arguments: list[str], words: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert not Path("out").exists()


def test_a_key_that_is_too_short_is_refused(call: Call) -> None:
    Path("key").write_text("  fifteen bytes!!"[:14] + "\n")
    code, _, err = call("sketch", "log.jsonl", "--key-file", "key", "--out", "s.parquet")
    assert code == 2
    assert "a key needs 16" in err


def test_a_foreign_folder_is_refused_before_anything_is_read(call: Call) -> None:
    Path("out").mkdir()
    Path("out/thesis.tex").write_text("mine")
    code, _, err = call("scan", "nothing.jsonl", "--out", "out")
    assert code == 2
    assert "thesis.tex" in err
    assert os.listdir("out") == ["thesis.tex"]


def test_demo_refuses_a_foreign_log_folder(call: Call) -> None:
    Path("demo/log").mkdir(parents=True)
    Path("demo/log/mine.parquet").write_text("mine")
    code, _, err = call("demo")
    assert code == 2
    assert "mine.parquet" in err
    assert Path("demo/log/mine.parquet").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-10", datetime(2026, 6, 10, tzinfo=UTC)),
        ("2026-06-10T08:00:00Z", datetime(2026, 6, 10, 8, tzinfo=UTC)),
        ("2026-06-10T10:00:00+02:00", datetime(2026, 6, 10, 8, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc(
    call: Call, monkeypatch: pytest.MonkeyPatch, text: str, expected: datetime
) -> None:
    asked = answer_with(monkeypatch, scan_fixture.empty())
    assert call("scan", "x", "--out", "out", "--since", text)[0] == 0
    assert asked[0].since == expected


def test_the_comparison_counts_sanctioned_accounts_as_innocent(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    result = scan_fixture.scan()
    accused = [v.account_id for v in result.verdicts if v.verdict == "campaign"]
    rows = [{"account_id": a, "role": "campaign", "campaign": "one"} for a in [*accused[2:], "missed"]]
    rows += [{"account_id": accused[0], "role": "honest", "campaign": None}]
    rows += [{"account_id": accused[1], "role": "sanctioned", "campaign": None}]
    rows += [{"account_id": "quiet", "role": "campaign", "campaign": "two"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "truth.parquet")
    found = demo.compare(result, tmp_path / "truth.parquet")
    assert found == demo.Comparison(
        campaign_accounts=len(accused),
        accounts_found=len(accused) - 2,
        accounts_false=2,
        campaigns=2,
        campaigns_found=1,
    )
    assert f"{len(accused) - 2} of {len(accused)} campaign accounts found" in demo.sentence(found)

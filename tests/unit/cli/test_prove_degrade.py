"""`revenuer prove degrade`: measured runs in, curves and costs out, or a fault and nothing written."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from revenuer.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Call]:
    """Run the program in this process, in an empty folder: arguments in; exit code, stdout and stderr out."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["revenuer", "prove", "degrade", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, handler)


def runs() -> str:
    lines = [
        {"task": "t", "policy": policy, "attacker": "naive", "exchanges": n, "seed": seed, "score": score + 0.01 * seed, "honest_loss": 0.1}
        for policy, score in (("undefended", 0.6), ("text only", 0.4))
        for n in (250, 1000)
        for seed in (1, 2, 3)
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_it_writes_the_report_and_the_figures(call: Call) -> None:
    Path("runs.jsonl").write_text(runs())
    code, out, _ = call("runs.jsonl", "--out", "said")
    assert code == 0
    assert "1 of 1 policies cost an adaptive attacker something" in out
    assert "0.20 [0.20, 0.20]" in out
    assert Path("said/report.html").read_text().startswith("<!doctype html>")
    figures = json.loads(Path("said/degrade.json").read_text())
    assert figures["runs"] == 12
    costs = {(one["policy"], one["attacker"]): one for one in figures["costs"]}
    assert costs["text only", "adaptive"]["lost"]["value"] == pytest.approx(0.2)
    assert costs["text only", "adaptive"]["factor_over"] == pytest.approx(4.0)
    code, out, _ = call("runs.jsonl", "--out", "said", "--json", "--at", 250, "--confidence", 0.9)
    assert code == 0
    assert json.loads(out)["confidence"] == 0.9


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        ("nonsense", (), "runs.jsonl:1: no measured run"),
        ("", (), "holds no runs"),
        (runs(), ("--at", 77), "no run of 77 exchanges; it has 250, 1000: choose one with --at"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    call: Call, content: str, options: tuple[object, ...], told: str
) -> None:
    Path("runs.jsonl").write_text(content)
    code, _, err = call("runs.jsonl", "--out", "said", *options)
    assert code == 2
    assert told in err
    assert not Path("said").exists()


def test_a_folder_with_other_files_is_left_alone(call: Call) -> None:
    Path("runs.jsonl").write_text(runs())
    Path("said").mkdir()
    Path("said/mine.txt").write_text("mine")
    code, _, err = call("runs.jsonl", "--out", "said")
    assert code == 2
    assert "mine.txt" in err

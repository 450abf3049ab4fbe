"""`revenuer prove ask` as users run it, against a real server: killed, gone on, and never counted twice."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

from builders.suspect_server import SuspectServer, suspect_server
from builders.tiny_weights import save_tiny
from revenuer.prove.suspects import read_answers, read_prompts, read_scores

PROGRAM = [sys.executable, "-c", "from revenuer.cli.main import main; main()", "prove", "ask"]
PROMPTS = 30


def environment() -> dict[str, str]:
    return {**os.environ, "NO_PROXY": "127.0.0.1", "SUSPECT_KEY": "sk-very-secret", "OMP_NUM_THREADS": "1"}


def run(folder: Path, words: Sequence[str | Path], expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == expect, done.stderr
    assert "Traceback" not in done.stderr
    assert "very-secret" not in done.stderr + done.stdout
    return done


def asked_of(server: SuspectServer) -> list[str | Path]:
    return [
        "--endpoint", server.address, "--model", "tiny", "--max-tokens", "4", "--concurrency", "2",
        "--retry-delay", "0.05", "--attempts", "3", "--api-key-env", "SUSPECT_KEY",
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"prompt_id": f"p{i}", "prompt": f"How do tides work {i}?"} for i in range(PROMPTS)]
    (tmp_path / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_killed_in_the_middle_and_run_again(folder: Path) -> None:
    with suspect_server(key="sk-very-secret", slow_s=0.15) as server:
        server.fault = lambda number, body: "slow"
        words = ["prompts.jsonl", "--out", "answers.jsonl", *asked_of(server), "--yes"]
        process = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + 120
            while len(server.asked) < 9:
                assert time.monotonic() < until, "the command sent nothing"
                assert process.poll() is None, "the command ended before it could be killed"
                time.sleep(0.02)
        finally:
            process.kill()
            process.wait(30)
        assert not (folder / "answers.jsonl").exists()
        before = len(server.asked)
        again = run(folder, words)
        assert "were sent and their answers never written down" in again.stderr
        found = read_answers(folder / "answers.jsonl", read_prompts(folder / "prompts.jsonl").prompts)
        assert found.counts.kept == found.counts.rows == PROMPTS
        assert found.counts.unanswered == 0
        # One probe and thirty prompts; what was on its way when it died was asked twice, and nothing else.
        log = [
            json.loads(line) for line in (folder / "answers.jsonl.exchanges.jsonl").read_text().splitlines()
        ]
        answered = [line["key"] for line in log if line["event"] == "answered"]
        assert len(answered) == len(set(answered)) == PROMPTS + 1
        assert PROMPTS + 1 < len(server.asked) <= PROMPTS + 1 + 2
        assert before < PROMPTS
        third = run(folder, words)
        assert len(server.asked) <= PROMPTS + 3
        assert f"{PROMPTS} of {PROMPTS}" in third.stdout


def test_the_cost_is_shown_and_nothing_sent_without_consent(folder: Path) -> None:
    with suspect_server(key="sk-very-secret") as server:
        words = ["prompts.jsonl", "--out", "answers.jsonl", *asked_of(server)]
        done = run(folder, words, expect=2)
        assert "36 requests" in done.stderr
        assert "add --yes" in done.stderr
        dear = [*words, "--price-in", "1000", "--price-out", "1000", "--max-cost", "0.01"]
        assert "nothing was sent: it may cost" in run(folder, dear, expect=2).stderr
        assert "needs --price-in" in run(folder, [*words, "--max-cost", "1"], expect=2).stderr
        assert server.asked == []
        assert not (folder / "answers.jsonl").exists()
        run(folder, [*words, "--price-in", "1", "--price-out", "1", "--max-cost", "1"])
        assert len(server.asked) == PROMPTS + 1


def test_an_endpoint_that_fails_half_way(folder: Path) -> None:
    with suspect_server(key="sk-very-secret") as server:
        server.fault = lambda number, body: "503" if number > 12 else None
        words = ["prompts.jsonl", "--out", "answers.jsonl", *asked_of(server), "--yes"]
        done = run(folder, words, expect=2)
        assert "stopped answering" in done.stderr
        assert "run the same command again" in done.stderr
        assert not (folder / "answers.jsonl").exists()
        server.fault = lambda number, body: None
        run(folder, words)
    assert read_answers(folder / "answers.jsonl").counts.kept == PROMPTS


def test_scored_by_endpoint_and_by_weights_to_the_same_file(folder: Path) -> None:
    save_tiny(folder / "tiny")
    pairs = [
        {"prompt": "How do tides work", "continuation": ", and why?"},
        {"prompt": "The quick brown f", "continuation": "ox jumps"},
        {"prompt": "x", "continuation": "a very long tale " * 60},
    ]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pairs) + '{"prompt": 3}\n')
    with suspect_server(key="sk-very-secret") as server:
        done = run(
            folder, ["--score", "pairs.jsonl", "--out", "far.jsonl", *asked_of(server), "--yes", "--json"]
        )
    counts = json.loads(done.stdout)
    assert (counts["asked"], counts["scored"], counts["straddling"]) == (3, 2, 1)
    assert counts["pairs_set_aside"] == {"a field is missing or of the wrong type": 1}
    assert json.loads((folder / "far.jsonl.quarantine.jsonl").read_text())["line"] == 4
    run(folder, ["--score", "pairs.jsonl", "--out", "near.jsonl", "--weights", "tiny", "--template", "plain"])
    far, near = read_scores(folder / "far.jsonl"), read_scores(folder / "near.jsonl")
    for row in pairs[:2]:
        (one,), (other,) = (
            far.score([(row["prompt"], row["continuation"])]),
            near.score([(row["prompt"], row["continuation"])]),
        )
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
    (refused,) = far.score([(pairs[2]["prompt"], pairs[2]["continuation"])])
    assert "maximum context length" in refused.reason


def test_weights_answer_too(folder: Path) -> None:
    save_tiny(folder / "tiny", chat=True)
    done = run(
        folder,
        [
            "prompts.jsonl",
            "--samples",
            "2",
            "--out",
            "own.jsonl",
            "--weights",
            "tiny",
            "--max-tokens",
            "5",
            "--json",
        ],
    )
    assert json.loads(done.stdout)["answered"] == 2 * PROMPTS
    found = read_answers(folder / "own.jsonl")
    assert found.counts.kept == 2 * PROMPTS
    assert all(answer.tokens is not None for answer in found.all)

"""The commands in the documents on suspects and on the safety gap, as they stand there."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from builders.programs import ROOT
from builders.refusing import Model, fill_in, write_models
from builders.suspect_server import suspect_server
from builders.tiny_weights import save_tiny
from revenuer.cli.prove import command
from revenuer.prove.safety.labels_file import label_id


def commands(document: str) -> list[list[str]]:
    text = (ROOT / "docs" / "prove" / document).read_text(encoding="utf-8")
    found = [shlex.split(line) for line in text.splitlines() if line.startswith("    revenuer prove ")]
    assert found
    return [words[2:] for words in found]


def run(words: list[str]) -> int:
    return int(CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False).return_value)


def test_how_a_suspect_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUSPECT_KEY", "sk-very-secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    save_tiny(tmp_path / "suspect-model")
    Path("prompts.jsonl").write_text('{"prompt_id": "p", "prompt": "How do tides work?"}\n')
    Path("pairs.jsonl").write_text('{"prompt": "How do tides work", "continuation": "?"}\n')
    with suspect_server(key="sk-very-secret") as server:
        there = {"https://model.example/v1": server.address, "name": "tiny"}
        for words in commands("suspects.md"):
            assert run([there.get(word, word) for word in words]) == 0
    assert json.loads(Path("answers.jsonl").read_text())["prompt_id"] == "p"
    assert len(Path("own.jsonl").read_text().splitlines()) == 2
    assert json.loads(Path("scores.jsonl").read_text())["logprobs"]


def test_the_safety_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    truth = write_models(tmp_path, Model(refuses=0.1), Model(refuses=0.95), np.random.default_rng(1))
    draw, judge = commands("safety.md")
    assert run(draw) == 0
    fill_in(Path("sheet/labels.jsonl"), truth, {label_id(place): place for place in truth})
    assert run(judge) == 1
    assert json.loads(Path("verdict/verdict.json").read_text())["outcome"] == "positive"

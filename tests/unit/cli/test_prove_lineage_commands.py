"""`revenuer prove lineage ...` from files to verdict.json, evidence.zip and the exit code."""

import json
from pathlib import Path
from typing import Any

import click.testing
import numpy as np
import pytest
from safetensors.numpy import save_file

from builders.lineage_panel import World, panel_with_student, write_answers, write_panel
from revenuer.cli.prove_lineage import command
from revenuer.prove.pack import verify_pack
from revenuer.records import RevenuerError


def run(*arguments: str) -> tuple[Any, str]:
    """The command's return value and what it printed."""
    runner = click.testing.CliRunner()
    done = runner.invoke(command, list(arguments), standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.output


def checked(out: Path) -> dict[str, Any]:
    """verdict.json, after the pack's own script agreed with it."""
    check = verify_pack(out / "evidence.zip", run=True)
    assert check.faults == ()
    assert check.recomputed is not None
    found: dict[str, Any] = json.loads((out / "verdict.json").read_text())
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("panel")
    panel, student, innocent = panel_with_student(1, nulls=9)
    write_panel(panel, made)
    write_answers(student, made / "student.jsonl")
    write_answers(innocent, made / "innocent.jsonl")
    return made


def test_answers(folder: Path, tmp_path: Path) -> None:
    panel = ("--panel", str(folder / "panel.jsonl"), "--teacher", "T", "--alpha", "0.1")
    code, said = run(
        "answers", str(folder / "student.jsonl"), *panel, "--out", str(tmp_path / "out"), "--json"
    )
    assert code == 1
    verdict = checked(tmp_path / "out")
    assert verdict == json.loads(said)
    assert verdict["outcome"] == "positive"
    assert verdict["floor"] == pytest.approx(1 / 11)
    code, _ = run("answers", str(folder / "innocent.jsonl"), *panel, "--out", str(tmp_path / "out2"))
    assert code == 0
    with pytest.raises(RevenuerError, match="no answers of Z, expected one of R, T"):
        run("answers", str(folder / "student.jsonl"), *panel[:3], "Z", "--out", str(tmp_path / "out3"))
    with pytest.raises(RevenuerError, match="is in the panel"):
        run("answers", str(folder / "T-1.jsonl"), *panel, "--out", str(tmp_path / "out3"))
    assert not (tmp_path / "out3").exists()


def test_identity(folder: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (folder / "innocent.jsonl").read_text().splitlines()]
    leaking = tmp_path / "leaking.jsonl"
    leaking.write_text(
        "".join(json.dumps({**row, "text": row["text"] + ". I am Tee."}) + "\n" for row in rows)
    )
    options = ("--panel", str(folder / "panel.jsonl"), "--teacher", "T", "--says", "Tee", "--alpha", "0.1")
    code, _ = run("identity", str(leaking), *options, "--out", str(tmp_path / "out"))
    assert code == 1
    assert checked(tmp_path / "out")["n"]["suspect_hits"] == 120


def test_same_model(tmp_path: Path) -> None:
    world = World(1, prompts=6)
    habits = {"one": world.habits(), "two": world.habits()}
    for name, style in habits.items():
        rows = [
            {"prompt_id": a.prompt_id, "prompt": a.prompt, "text": a.text, "sample": sample}
            for sample in range(4)
            for a in world.answers(style).values()
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    files = (str(tmp_path / "one.jsonl"), str(tmp_path / "two.jsonl"))
    code, _ = run("same-model", *files, "--out", str(tmp_path / "out"))
    assert code == 1
    assert checked(tmp_path / "out")["outcome"] == "positive"
    changed = (tmp_path / "two.jsonl").read_text().replace("question", "riddle")
    (tmp_path / "other.jsonl").write_text(changed)
    with pytest.raises(RevenuerError, match="other words"):
        run("same-model", str(tmp_path / "other.jsonl"), files[0], "--out", str(tmp_path / "out2"))


def test_weights(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ours = {
        "transformer.wte.weight": rng.normal(size=(50, 24)).astype(np.float32),
        "transformer.h.0.mlp.c_fc.weight": rng.normal(size=(24, 64)).astype(np.float32),
    }
    save_file(ours, tmp_path / "ours.safetensors")
    save_file({n: v * np.float32(1.1) for n, v in ours.items()}, tmp_path / "suspect.safetensors")
    code, said = run(
        "weights",
        str(tmp_path / "suspect.safetensors"),
        str(tmp_path / "ours.safetensors"),
        "--out",
        str(tmp_path / "out"),
    )
    assert code == 1
    assert "88 of 88 units" in said.replace("\n", " ")
    assert checked(tmp_path / "out")["log10_p"] < -80

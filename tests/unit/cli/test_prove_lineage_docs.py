"""The commands of docs/prove/lineage.md run as they stand there, on files of those names."""

import json
import re
import shlex
from pathlib import Path

import click.testing
import numpy as np
import pytest
from safetensors.numpy import save_file

from builders.lineage_panel import World, panel_with_student, write_answers, write_panel
from revenuer.cli.prove_lineage import command

PAGE = Path(__file__).parents[3] / "docs" / "prove" / "lineage.md"
COMMANDS = re.findall(r"^revenuer prove lineage (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def prepare(folder: Path, test: str) -> None:
    """Write the files that the command names."""
    if test in ("answers", "identity"):
        panel, student, _ = panel_with_student(1, nulls=9)
        write_panel(panel, folder)
        write_answers(student, folder / "suspect.jsonl")
    elif test == "same-model":
        world = World(1, prompts=4)
        for name in ("suspect", "reference", "other"):
            style = world.habits()
            rows = [
                {"prompt_id": a.prompt_id, "prompt": a.prompt, "text": a.text, "sample": sample}
                for sample in range(4)
                for a in world.answers(style).values()
            ]
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        for name in ("suspect-folder", "our-folder"):
            (folder / name).mkdir()
            weights = np.random.default_rng(1).normal(size=(64, 24)).astype(np.float32)
            save_file({"model.layers.0.mlp.up_proj.weight": weights}, folder / name / "model.safetensors")


def test_the_page_shows_every_command() -> None:
    assert {line.split()[0] for line in COMMANDS} == set(command.listed)  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split()[0])
def test_the_page(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)
    prepare(tmp_path, words[0])
    done = click.testing.CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None
    verdict = json.loads((tmp_path / "found" / "verdict.json").read_text())
    assert verdict["test"] == f"lineage-{words[0]}"
    assert verdict["p"] is not None

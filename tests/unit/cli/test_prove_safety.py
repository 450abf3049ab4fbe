"""`revenuer prove safety` as typed: sheet, labels, verdict, pack, and when it says nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from builders.refusing import Model, fill_in, write_models
from revenuer.cli.prove_safety import command
from revenuer.prove.pack import verify_pack
from revenuer.prove.safety.labels_file import label_id
from revenuer.records import InputError, UsageError


def typed(folder: Path, *words: str | Path) -> Result:
    files = ["prompts.jsonl", "--answers", "suspect.jsonl", "--teacher-answers", "teacher.jsonl"]
    first, *others = files
    named = [str(folder / first), *(word if word.startswith("--") else str(folder / word) for word in others)]
    return CliRunner().invoke(
        command, [*named, *map(str, words)], catch_exceptions=False, standalone_mode=False
    )


def verdict(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "verdict.json").read_text())
    return found


def labelled(folder: Path, truth: dict[tuple[str, str, int], bool], count: int) -> Path:
    typed(folder, "--draw-labels", count, "--out", folder / "sheet")
    sheet = folder / "sheet" / "labels.jsonl"
    assert "suspect" not in sheet.read_text()
    fill_in(sheet, truth, {label_id(place): place for place in truth})
    return sheet


def test_a_gap_is_found_and_recomputed(tmp_path: Path) -> None:
    truth = write_models(tmp_path, Model(refuses=0.3), Model(refuses=0.9), np.random.default_rng(1))
    sheet = labelled(tmp_path, truth, 250)
    done = typed(tmp_path, "--labels", sheet, "--out", tmp_path / "v")
    assert done.return_value == 1
    found = verdict(tmp_path / "v")
    assert found["outcome"] == "positive"
    assert found["effect"]["low"] > 0.2
    assert found["effect"]["value"] == pytest.approx(0.6, abs=0.15)
    assert "says nothing about what either was trained on" in found["h0"]
    assert any("no evidence of training" in limit for limit in found["limits"])
    check = verify_pack(tmp_path / "v" / "evidence.zip", run=True)
    assert check.faults == ()
    assert check.recomputed == pytest.approx(found["log10_p"], rel=1e-6)


def test_without_labels_there_is_no_p(tmp_path: Path) -> None:
    write_models(tmp_path, Model(refuses=0.0), Model(refuses=1.0), np.random.default_rng(1))
    assert typed(tmp_path, "--out", tmp_path / "v").return_value == 0
    found = verdict(tmp_path / "v")
    assert found["outcome"] == "not_evaluated"
    assert found["p"] is None
    assert "--draw-labels" in found["reason"]
    assert not (tmp_path / "v" / "evidence.zip").exists()


def test_a_rule_that_misses_the_suspects_refusals_convicts_nobody(tmp_path: Path) -> None:
    """The suspect refuses as often as the teacher, in words that the rule does not know."""
    truth = write_models(
        tmp_path, Model(refuses=0.8, missed=0.7), Model(refuses=0.8), np.random.default_rng(2)
    )
    sheet = labelled(tmp_path, truth, 120)
    assert typed(tmp_path, "--labels", sheet, "--out", tmp_path / "v").return_value == 0
    found = verdict(tmp_path / "v")
    assert found["outcome"] == "inconclusive"
    assert found["details"]["log10_p_had_the_rule_made_no_error"] < -3
    assert "the rule's own errors could explain the gap" in found["reason"]


def test_negative_only_where_it_would_have_been_found(tmp_path: Path) -> None:
    truth = write_models(
        tmp_path, Model(refuses=0.9), Model(refuses=0.9), np.random.default_rng(5), prompts=200
    )
    sheet = labelled(tmp_path, truth, 800)
    typed(tmp_path, "--labels", sheet, "--out", tmp_path / "a", "--alpha", "0.05")
    assert verdict(tmp_path / "a")["outcome"] == "inconclusive"
    typed(tmp_path, "--labels", sheet, "--out", tmp_path / "b", "--alpha", "0.05", "--smallest-gap", "0.3")
    assert verdict(tmp_path / "b")["outcome"] == "negative"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows[:15], "at least 20 are needed"),
        (lambda rows: rows[:60] + rows[100:], "lack answers on a side"),
        (
            lambda rows: [{**row, "text": "Lo siento, no puedo ayudar con eso."} for row in rows],
            "cannot be told",
        ),
        (lambda rows: [{**row, "text": ""} for row in rows], "cannot be told"),
    ],
)
def test_too_little_to_go_by_is_not_evaluated(spoil: Any, said: str, tmp_path: Path) -> None:
    write_models(tmp_path, Model(refuses=0.2), Model(refuses=0.9), np.random.default_rng(4))
    path = tmp_path / "suspect.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in spoil(rows)))
    typed(tmp_path, "--out", tmp_path / "v")
    found = verdict(tmp_path / "v")
    assert (found["outcome"], found["p"]) == ("not_evaluated", None)
    assert said in found["reason"]


def test_bad_input_is_an_error(tmp_path: Path) -> None:
    write_models(tmp_path, Model(refuses=0.2), Model(refuses=0.9), np.random.default_rng(4))
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"side": "suspect", "prompt_id": "nobody", "refused": true}\n')
    with pytest.raises(InputError, match="holds no label"):
        typed(tmp_path, "--labels", labels, "--out", tmp_path / "v")
    with pytest.raises(UsageError, match="prove ask"):
        CliRunner().invoke(
            command,
            [
                str(tmp_path / "prompts.jsonl"),
                "--answers",
                str(tmp_path / "suspect.jsonl"),
                "--out",
                str(tmp_path / "v"),
            ],
            catch_exceptions=False,
            standalone_mode=False,
        )
    (tmp_path / "teacher.jsonl").write_text('{"prompt_id": "else", "text": "x"}\n')
    with pytest.raises(InputError, match="is this the right prompts file"):
        typed(tmp_path, "--out", tmp_path / "v")
    assert not (tmp_path / "v").exists()

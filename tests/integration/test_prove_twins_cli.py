"""`revenuer prove twins` and `prove canary` from the first line of a log to a verdict that `prove verify` recomputes, as the guides show them."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from builders.tiny_weights import save_tiny
from builders.twin_worlds import draw_log, student_of, teacher_of
from builders.word_scorer import WordScorer
from revenuer.prove.suspects import scores_bytes


def revenuer(*arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    code = "from revenuer.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def ran(*arguments: object, code: int = 0, stdin: str | None = None) -> str:
    done = revenuer(*arguments, stdin=stdin)
    assert done.returncode == code, done.stderr
    return done.stdout


def pairs_of(path: Path) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(row["prompt"], row["continuation"]) for row in rows]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 30 records that a gateway drew itself, scores of a student, of its base and of an innocent, and the student's answers."""
    folder = tmp_path_factory.mktemp("twins")
    rng = np.random.default_rng(41)
    teacher, base = teacher_of(rng), teacher_of(rng)
    log = draw_log(teacher, 30, 4, rng)
    rows = [{"campaign": "C-17", "prompt": one.prompt, "texts": one.texts} for one in log.records()]
    ran("prove", "twins", "start", folder / "log")
    lines = "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)
    said = [
        json.loads(line) for line in ran("prove", "twins", "seal", folder / "log", stdin=lines).splitlines()
    ]
    released = np.asarray([one["released"] for one in said])
    texts = log.texts[np.arange(30), released]
    ran(
        "prove",
        "twins",
        "open",
        folder / "log",
        "--pairs",
        folder / "pairs.jsonl",
        "--prompts",
        folder / "prompts.jsonl",
    )
    pairs = pairs_of(folder / "pairs.jsonl")
    for name, model in {
        "student": student_of(log.starts, texts, base),
        "base": base,
        "innocent": student_of(log.starts, teacher.sample(log.starts, rng), base),
    }.items():
        (folder / f"{name}.jsonl").write_bytes(scores_bytes(pairs, model.score(pairs)))
    told = [
        {"prompt_id": str(i), "prompt": row["prompt"], "text": row["texts"][one["released"]]}
        for i, (row, one) in enumerate(zip(rows, said, strict=True))
    ]
    (folder / "answers.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in told))
    return folder


def audit(folder: Path, out: Path, *arguments: object, code: int) -> dict:
    ran("prove", "twins", "audit", folder / "log", "--out", out, *arguments, code=code)
    return json.loads((out / "verdict.json").read_text("utf-8"))


def test_a_student_is_found_and_the_evidence_recomputes(sealed: Path, tmp_path: Path) -> None:
    head = ran("prove", "twins", "check", sealed / "log").splitlines()[-1].removeprefix("head: ")
    verdict = audit(
        sealed,
        tmp_path / "verdict",
        "--campaign",
        "C-17",
        "--head",
        head,
        "--scores",
        sealed / "student.jsonl",
        "--reference-scores",
        sealed / "base.jsonl",
        code=1,
    )
    assert verdict["outcome"] == "positive"
    assert verdict["log10_p"] < -10
    assert verdict["details"]["commitment_root"] == head.partition(":")[2]
    checked = ran("prove", "verify", tmp_path / "verdict" / "evidence.zip", "--run")
    assert "log10 p" in checked or "log10_p" in checked


def test_an_innocent_student_of_the_same_teacher_is_not(sealed: Path, tmp_path: Path) -> None:
    verdict = audit(sealed, tmp_path / "verdict", "--scores", sealed / "innocent.jsonl", code=0)
    assert verdict["outcome"] == "inconclusive"


def test_answers_alone(sealed: Path, tmp_path: Path) -> None:
    verdict = audit(sealed, tmp_path / "verdict", "--answers", sealed / "answers.jsonl", code=1)
    assert verdict["test"] == "twins-answers"


def test_scores_of_other_texts_are_not_evaluated(sealed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_bytes(scores_bytes([("p", "c d")], WordScorer([]).score([("p", "c d")])))
    verdict = audit(sealed, tmp_path / "verdict", "--scores", other, code=0)
    assert verdict["outcome"] == "not_evaluated"
    assert verdict["p"] is None


def test_openings_fit_the_public_file_alone(sealed: Path, tmp_path: Path) -> None:
    openings = tmp_path / "openings.jsonl"
    openings.write_text(ran("prove", "twins", "open", sealed / "log"), "utf-8")
    public = tmp_path / "public.jsonl"
    public.write_bytes((sealed / "log" / "commitments.jsonl").read_bytes())
    answer = json.loads(ran("prove", "twins", "check", public, "--openings", openings, "--json"))
    assert answer["sound"]
    assert answer["opened"] == 30
    first = json.loads(openings.read_text("utf-8").splitlines()[0])
    openings.write_text(json.dumps({**first, "content": first["content"] + " "}) + "\n", "utf-8")
    done = revenuer("prove", "twins", "check", public, "--openings", openings)
    assert done.returncode == 2
    assert "do not give the commitment" in done.stderr


def test_a_broken_chain_ends_in_an_error_and_leaves_nothing(sealed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "log"
    broken.mkdir()
    for file in (sealed / "log").iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    lines = (broken / "commitments.jsonl").read_bytes().splitlines(keepends=True)
    (broken / "commitments.jsonl").write_bytes(b"".join([*lines[:9], *lines[10:]]))
    done = revenuer(
        "prove", "twins", "audit", broken, "--out", tmp_path / "verdict", "--scores", sealed / "student.jsonl"
    )
    assert done.returncode == 2
    assert "line 10: index 10, expected 9" in done.stderr
    assert not (tmp_path / "verdict").exists()
    assert revenuer("prove", "twins", "check", broken).returncode == 2


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "no json",
        '{"campaign":"C","prompt":"p","texts":["one"]}',
        '{"campaign":"","prompt":"p","texts":["a","b"]}',
    ],
)
def test_seal_names_the_line_that_it_cannot_use(sealed: Path, tmp_path: Path, line: str) -> None:
    ran("prove", "twins", "start", tmp_path / "log")
    good = '{"campaign":"C","prompt":"p","texts":["a","b"]}'
    done = revenuer("prove", "twins", "seal", tmp_path / "log", stdin=f"{good}\n\n{line}\n")
    assert done.returncode == 2
    assert "line 3" in done.stderr
    assert json.loads(done.stdout)["reservation"] == 1
    assert "1 seal" in ran("prove", "twins", "check", tmp_path / "log")


def test_canaries_from_drawing_to_a_verdict(tmp_path: Path) -> None:
    log, pairs = tmp_path / "log", tmp_path / "pairs.jsonl"
    ran("prove", "twins", "start", log)
    drawn = ran("prove", "canary", "draw", log, "--campaign", "C-17", "--count", "8")
    canaries = [json.loads(line) for line in drawn.splitlines()]
    ran("prove", "canary", "open", log, "--decoys", "49", "--pairs", pairs)
    asked = pairs_of(pairs)
    assert len(asked) == 8 * 50
    for name, read in {"reader": [one["text"] for one in canaries], "innocent": []}.items():
        scores = WordScorer(read, noise=1).score(asked)
        (tmp_path / f"{name}.jsonl").write_bytes(scores_bytes(asked, scores))
    common = ("prove", "canary", "test", log, "--decoys", "49", "--campaign", "C-17")
    ran(*common, "--scores", tmp_path / "innocent.jsonl", "--out", tmp_path / "innocent")
    ran(*common, "--scores", tmp_path / "reader.jsonl", "--out", tmp_path / "guilty", code=1)
    ran("prove", "verify", tmp_path / "guilty" / "evidence.zip", "--run")
    assert json.loads((tmp_path / "guilty" / "verdict.json").read_text("utf-8"))["log10_p"] < -5


@pytest.mark.slow
def test_open_weights_draw_their_own_twins(tmp_path: Path) -> None:
    save_tiny(tmp_path / "weights")
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(
        "".join(f'{{"prompt_id":"{i}","prompt":"Tell me of tides {i % 2}"}}\n' for i in range(4)), "utf-8"
    )
    ran("prove", "twins", "start", tmp_path / "log")
    drawn = ran(
        *("prove", "twins", "draw", tmp_path / "log", prompts, "--campaign", "C-17", "--twins", "2"),
        *("--weights", tmp_path / "weights"),
    )
    released = [json.loads(line) for line in drawn.splitlines()]
    assert [one["prompt_id"] for one in released] == ["0", "1", "2", "3"]
    assert all(one["sealed"] for one in released)
    opened = [json.loads(line) for line in ran("prove", "twins", "open", tmp_path / "log").splitlines()]
    records = [json.loads(one["content"]) for one in opened]
    assert [record["texts"][record["released"]] for record in records] == [one["text"] for one in released]
    assert len({text for record in records for text in record["texts"]}) == 12
    done = revenuer(
        "prove", "twins", "draw", tmp_path / "log", prompts, "--campaign", "C", "--answers", prompts
    )
    assert done.returncode == 2
    assert "prove twins seal" in done.stderr

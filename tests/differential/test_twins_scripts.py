"""The packs' scripts, Python alone, against the fast path: the same p, and no p at all from a pack that was tampered with."""

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from builders.twin_logs import empty_log, sealed
from builders.twin_worlds import Ngrams, draw_log, student_of, teacher_of
from builders.word_scorer import WordScorer
from revenuer.prove.canaries import CanaryOptions, open_canaries, rank_canaries, read_pool, seal_canaries
from revenuer.prove.pack import EvidencePack
from revenuer.prove.suspect import Answer
from revenuer.prove.twins import AuditOptions, OpenedLog, audit, open_records
from revenuer.prove.twins.audit_answers import AnswerAuditOptions, audit_answers


def run(pack: EvidencePack, folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    for name, content in pack.data.items():
        (folder / name).write_bytes(content)
    script = resources.files("revenuer.prove.pack.scripts").joinpath(pack.script).read_bytes()
    (folder / "recompute.py").write_bytes(script)
    return subprocess.run(
        [sys.executable, "-I", "recompute.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> float:
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("log10_p=")]
    return float(line.removeprefix("log10_p="))


def world(folder: Path, seed: int = 3) -> tuple[OpenedLog, Ngrams, Ngrams]:
    """Return an opened log of two campaigns, a student of the first's released texts, and its base."""
    rng = np.random.default_rng(seed)
    teacher, base = teacher_of(rng), teacher_of(rng)
    log = empty_log(folder)
    sealed(log, draw_log(teacher, 30, 4, rng).records("C-1"))
    sealed(log, draw_log(teacher, 12, 2, rng).records("C-2"))
    opened = open_records(folder)
    own = [record for record in opened.records if record.campaign == "C-1"][:12]
    words = [(record.prompt.split(), record.texts[record.released].split()) for record in own]
    starts, texts = (np.asarray(part, np.int64) for part in zip(*words, strict=True))
    return opened, student_of(starts, texts, base), base


@pytest.mark.parametrize("per", ["text", "token", "character"])
@pytest.mark.parametrize("weighting", ["sparse", "clipped", "rank"])
@pytest.mark.parametrize("others", [(), ("reference",), ("reference", "teacher")])
def test_the_script_agrees(tmp_path: Path, per, weighting, others: tuple[str, ...]) -> None:
    opened, student, base = world(tmp_path / "log")
    options = AuditOptions(per=per, weighting=weighting)
    reference = base if "reference" in others else None
    teacher = teacher_of(np.random.default_rng(3)) if "teacher" in others else None
    verdict, pack = audit(opened.records, student, reference, options, opened, teacher=teacher)
    assert verdict.log10_p is not None
    assert verdict.log10_p < -1
    assert said(run(pack, tmp_path / "pack")) == pytest.approx(verdict.log10_p, abs=1e-9)


def test_the_script_agrees_without_texts_and_without_a_log(tmp_path: Path) -> None:
    opened, student, base = world(tmp_path / "log")
    verdict, pack = audit(opened.records, student, base, AuditOptions(with_texts=False), opened)
    assert "openings.jsonl" not in pack.data
    assert said(run(pack, tmp_path / "pack")) == pytest.approx(verdict.log10_p, abs=1e-9)
    verdict, pack = audit(opened.records, student, base)
    done = run(pack, tmp_path / "bare")
    assert said(done) == pytest.approx(verdict.log10_p, abs=1e-9)
    assert "cannot be checked" in done.stdout


@pytest.mark.parametrize("likeness", ["ngrams", "run", "edit"])
def test_the_script_agrees_on_answers(tmp_path: Path, likeness) -> None:
    opened, _, _ = world(tmp_path / "log")
    answers = [
        Answer(
            prompt_id=str(i), prompt=record.prompt, text=record.texts[(record.released + (i % 3 == 0)) % 2]
        )
        for i, record in enumerate(opened.records)
    ]
    verdict, pack = audit_answers(
        opened.records, answers, "echo", AnswerAuditOptions(likeness=likeness), opened
    )
    assert said(run(pack, tmp_path / "pack")) == pytest.approx(verdict.log10_p, abs=1e-9)


def tampered(pack: EvidencePack, name: str, change) -> EvidencePack:
    lines = [json.loads(line) for line in pack.data[name].splitlines()]
    change(lines)
    content = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
    return EvidencePack(script=pack.script, data={**pack.data, name: content})


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "records.jsonl",
            lambda rows: rows[0].update(released=(rows[0]["released"] + 1) % 4),
            "not the lot's choice",
        ),
        ("records.jsonl", lambda rows: rows[0]["suspect"]["nats"].reverse(), "do not follow from"),
        ("test.json", lambda rows: rows[0]["coefficients"].update(reference=0.5), "do not follow from"),
        ("records.jsonl", lambda rows: rows[0]["texts_sha256"].reverse(), "not the texts that were sealed"),
        ("records.jsonl", lambda rows: rows.append(rows[0]), "twice"),
        ("commitments.jsonl", lambda rows: rows.pop(3), "breaks the chain"),
        ("commitments.jsonl", lambda rows: rows.pop(), "head is not the one"),
        ("openings.jsonl", lambda rows: rows[0].update(nonce="00"), "fits no commitment"),
    ],
)
def test_the_script_gives_no_p_from_a_tampered_pack(tmp_path: Path, name: str, change, words: str) -> None:
    opened, student, base = world(tmp_path / "log")
    _, pack = audit(opened.records, student, base, None, opened)
    done = run(tampered(pack, name, change), tmp_path / "pack")
    assert done.returncode == 1
    assert words in done.stderr
    assert "log10_p=" not in done.stdout


def canary_pack(folder: Path, options: CanaryOptions):
    log = empty_log(folder)
    pool = read_pool()
    served = seal_canaries(log, pool, "C-1", 6)
    seal_canaries(log, pool, "C-2", 3)
    canaries, opened = open_canaries(folder, pool)
    suspect = WordScorer([canary.text for canary in served])
    return rank_canaries(canaries, pool, suspect, WordScorer([]), options, opened)


@pytest.mark.parametrize("weighting", ["sparse", "rank"])
def test_the_script_of_canaries_agrees(tmp_path: Path, weighting) -> None:
    verdict, pack = canary_pack(tmp_path / "log", CanaryOptions(weighting=weighting, decoys=39))
    assert verdict.log10_p is not None
    assert verdict.log10_p < -4
    assert said(run(pack, tmp_path / "pack")) == pytest.approx(verdict.log10_p, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "records.jsonl",
            lambda rows: rows[0].update(released=(rows[0]["released"] + 1) % 20),
            "a decoy was taken",
        ),
        ("records.jsonl", lambda rows: rows[0]["texts_sha256"].reverse(), "other texts were scored"),
        ("records.jsonl", lambda rows: rows[0].update(index=1), "other texts|a decoy|twice"),
        ("openings.jsonl", lambda rows: rows.pop(0), "not the one that was sealed"),
        ("commitments.jsonl", lambda rows: rows.pop(1), "breaks the chain"),
    ],
)
def test_the_script_of_canaries_gives_no_p_from_a_tampered_pack(tmp_path: Path, name, change, words) -> None:
    _, pack = canary_pack(tmp_path / "log", CanaryOptions(decoys=19))
    done = run(tampered(pack, name, change), tmp_path / "pack")
    assert done.returncode == 1
    assert any(word in done.stderr for word in words.split("|")), done.stderr

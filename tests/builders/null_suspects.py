"""Innocent suspects, one world for each number: whatever a test says of them it says wrongly when it accuses."""

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from builders.refusing import Model, write_models
from builders.twin_worlds import draw_log, student_of, teacher_of
from revenuer.prove.canaries import CanaryOptions, drawn_canary, rank_canaries, read_pool
from revenuer.prove.lineage.answers_lineage import answers_verdict
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.pairs import Sample, sample_of
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.closed_test import closed_test
from revenuer.prove.safety.evaluate import SafetyOptions, safety_gap
from revenuer.prove.safety.labels_file import Labels
from revenuer.prove.suspect import Answer, Scored
from revenuer.prove.suspects import read_answers
from revenuer.prove.suspects.prompts_file import read_prompts
from revenuer.prove.twins.audit import AuditOptions, audit
from revenuer.records.suspect_verdict import SuspectVerdict

Judged = tuple[SuspectVerdict, EvidencePack | None]
ALPHA = 0.05


def repetitive_text(rng: np.random.Generator) -> Sample:
    """Answers out of few words that follow one another by habit: most pairs come again and again."""
    habits = rng.dirichlet(np.full(50, 0.05), 50)
    texts = []
    for _ in range(8):
        text = [0]
        while len(text) < 80:
            text.append(int(rng.choice(50, p=habits[text[-1]])))
        texts.append(text)
    return sample_of(texts)


def unheard_keys(rng: np.random.Generator) -> list[Candidate]:
    """Two keys of each scheme that nothing was ever marked with."""
    schemes = (Green(width=1), Gumbel(width=2), DualGumbel(width=2))
    return [
        Candidate(
            label=f"account:{i}",
            scheme=scheme,
            words=tuple(rng.integers(0, 1 << 32, scheme.key_words).tolist()),
        )
        for scheme, i in itertools.product(schemes, range(2))
    ]


def detect_world(number: int) -> Judged:
    rng = np.random.default_rng([1, number])
    options = DetectOptions(seed=number, alpha=ALPHA, decoys=199)
    return detect(repetitive_text(rng), unheard_keys(rng), options, "innocent")


def closed_world(number: int) -> Judged:
    rng = np.random.default_rng([2, number])
    options = DetectOptions(seed=number, alpha=ALPHA, decoys=199)
    return closed_test(repetitive_text(rng), unheard_keys(rng)[:1], options, "innocent")


def twins_world(number: int) -> Judged:
    """A student of the same teacher on the same prompts, trained on the samples that were not released."""
    rng = np.random.default_rng([3, number])
    teacher = teacher_of(rng)
    log = draw_log(teacher, 40, 3, rng)
    others = teacher.sample(log.starts, rng)
    student = student_of(log.starts, others, teacher)
    return audit(log.records(), student, None, AuditOptions(alpha=ALPHA))


class Taste:
    """A suspect with strong preferences that have nothing to do with what anybody released."""

    name = "innocent"

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        return [Scored(logprobs=np.array([self._liking(text)])) for _, text in pairs]

    def _liking(self, text: str) -> float:
        return sum(
            float(np.random.default_rng([self.seed, *word.encode()]).normal()) for word in text.split()[:12]
        )


def canary_world(number: int) -> Judged:
    pool, seed = read_pool(), number.to_bytes(32, "big")
    canaries = [drawn_canary(pool, seed, "C-1", i) for i in range(6)]
    return rank_canaries(canaries, pool, Taste(7), None, CanaryOptions(alpha=ALPHA, decoys=19))


def safety_world(number: int) -> Judged:
    rng = np.random.default_rng([5, number])
    alike = Model(refuses=0.6)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = write_models(folder, alike, alike, rng, prompts=40)
        prompts = read_prompts(folder / "prompts.jsonl").prompts
        suspect, teacher = (
            read_answers(folder / f"{side}.jsonl", prompts) for side in ("suspect", "teacher")
        )
    labels = Labels(refused=truth, unlabelled=0, set_aside={}, quarantine=())
    return safety_gap(prompts, suspect, teacher, labels, SafetyOptions(alpha=ALPHA), suspect_name="innocent")


def lineage_world(number: int) -> Judged:
    """Twenty projects with styles of their own beside the suspect's, which is one like them; teachers T and R."""
    rng = np.random.default_rng([6, number])
    words = np.array([f"w{i}" for i in range(150)])

    def model(name: str, teacher: str = "") -> PanelModel:
        style = rng.dirichlet(np.full(150, 0.3))
        answers = {
            f"p{i}": Answer(
                prompt_id=f"p{i}", prompt=f"ask {i}", text=" ".join(rng.choice(words, 40, p=style))
            )
            for i in range(110)
        }
        return PanelModel(name=name, project=name, teacher=teacher, answers=answers)

    models = [model("T-1", "T"), model("R-1", "R"), *(model(f"null-{i}") for i in range(20))]
    return answers_verdict(model("innocent"), Panel(models=tuple(models)), "T", ALPHA)


WORLDS: dict[str, tuple[Callable[[int], Judged], int]] = {
    "detect": (detect_world, 60),
    "radioactivity, closed": (closed_world, 100),
    "twins": (twins_world, 60),
    "canary": (canary_world, 60),
    "safety": (safety_world, 100),
    "lineage-answers": (lineage_world, 20),
}
"""Test -> (the world of a number, how many worlds are looked at)."""

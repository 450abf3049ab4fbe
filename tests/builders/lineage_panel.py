"""An invented panel: projects with habits of their own, teachers, and students that took a teacher's habits over."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.suspect import Answer

WORDS = 400
TOPIC = 25


class World:
    """Draws models. Every prompt has a topic (words that all answers share); every project has habits: its own weights of the common words."""

    def __init__(self, seed: int, prompts: int = 120) -> None:
        self.rng = np.random.default_rng(seed)
        self.prompts = [f"p{i:04}" for i in range(prompts)]
        self.topics = [self.rng.choice(10_000, TOPIC, replace=False) for _ in self.prompts]

    def habits(self) -> np.ndarray:
        """A project's weights of the common words, few of them large."""
        return np.asarray(self.rng.dirichlet(np.full(WORDS, 0.15)))

    def answers(self, habits: np.ndarray, length: float = 60.0) -> dict[str, Answer]:
        """An answer a prompt: words of the topic and of the habits."""
        found = {}
        for name, topic in zip(self.prompts, self.topics, strict=True):
            size = int(self.rng.poisson(length)) + 8
            own = self.rng.choice(WORDS, size // 2, p=habits)
            words = [
                *(f"topic{i}" for i in self.rng.choice(topic, size - size // 2)),
                *(f"word{i}" for i in own),
            ]
            found[name] = Answer(
                prompt_id=name, prompt=f"question {name}", text=" ".join(self.rng.permutation(words))
            )
        return found

    def model(
        self,
        name: str,
        habits: np.ndarray,
        *,
        project: str = "",
        teacher: str = "",
        of: Sequence[str] = (),
        length: float = 60.0,
    ) -> PanelModel:
        return PanelModel(
            name=name,
            project=project or name,
            teacher=teacher,
            derives_from=frozenset(of),
            answers=self.answers(habits, length),
        )

    def innocents(self, count: int) -> list[PanelModel]:
        """Projects of one or two models, of different lengths, that derive from nobody."""
        found = []
        for i in range(count):
            habits, length = self.habits(), float(self.rng.uniform(25, 90))
            found += [
                self.model(f"null{i}-{j}", habits, project=f"null{i}", length=length)
                for j in range(1 + i % 2)
            ]
        return found


def panel_with_student(
    seed: int, nulls: int = 20, share: float = 0.5
) -> tuple[Panel, PanelModel, PanelModel]:
    """(panel, a student of teacher "T" with this share of its habits, an innocent)."""
    world = World(seed)
    taught = world.habits()
    panel = Panel(
        models=(
            world.model("T-1", taught, project="maker", teacher="T"),
            world.model("R-1", world.habits(), project="rival", teacher="R"),
            *world.innocents(nulls),
        )
    )
    student = world.model("student", share * taught + (1 - share) * world.habits())
    return panel, student, world.model("innocent", world.habits())


def write_answers(model: PanelModel, path: Path) -> None:
    """Write a model's answers as JSON lines."""
    rows = (
        {"prompt_id": answer.prompt_id, "prompt": answer.prompt, "text": answer.text}
        for answer in model.answers.values()
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_panel(panel: Panel, folder: Path) -> Path:
    """Write panel.jsonl and its answers."""
    rows = []
    for model in panel.models:
        write_answers(model, folder / f"{model.name}.jsonl")
        rows.append(
            {
                "model": model.name,
                "project": model.project,
                "teacher": model.teacher,
                "derives_from": sorted(model.derives_from),
                "answers": f"{model.name}.jsonl",
            }
        )
    path = folder / "panel.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path

"""The panel: models whose lineage is documented, and which of them may stand for "not from this teacher"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from revenuer.prove.suspect import Answer

UNKNOWN = "?"
"""In `derives_from`: its lineage is not documented, so that it never stands for "not from this teacher"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelModel:
    """A model whose lineage is documented. `project`: who made it, from what; models that share makers, training data or weights are one
    project, because they are no independent replications. `teacher`: the teacher that it is a version of, empty for none. `derives_from`: every
    teacher whose answers or weights went into it, empty = documented to derive from none. `answers`: prompt id -> answer."""

    name: str
    project: str
    teacher: str = ""
    derives_from: frozenset[str] = frozenset()
    answers: Mapping[str, Answer]

    def is_from(self, teachers: Iterable[str]) -> bool:
        """Whether it is, or derives from, one of these teachers, or might, for all that is documented."""
        return bool(({self.teacher} | self.derives_from) & {*teachers, UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Documented models, in the order of their file."""

    models: tuple[PanelModel, ...]

    def __post_init__(self) -> None:
        """Raise ValueError where two models share a name."""
        if len({model.name for model in self.models}) < len(self.models):
            raise ValueError("expected every model of a panel once")

    @property
    def teachers(self) -> tuple[str, ...]:
        """Every teacher that has answers here, by name."""
        return tuple(sorted({model.teacher for model in self.models} - {""}))

    def versions(self, teacher: str) -> tuple[PanelModel, ...]:
        """The models that are this teacher."""
        return tuple(model for model in self.models if model.teacher == teacher)

    def null_models(self, teachers: Iterable[str]) -> tuple[PanelModel, ...]:
        """The models documented to derive from none of `teachers`, of projects that made none of them and in which no model derives from
        one: a project that once used the teacher is no control."""
        wanted = set(teachers)
        tainted = {model.project for model in self.models if model.is_from(wanted)}
        return tuple(model for model in self.models if model.project not in tainted)

    def known_students(self, teacher: str, but_not: str) -> dict[str, tuple[str, ...]]:
        """Project -> its models documented to derive from `teacher` and not from `but_not`, without the teachers' own projects."""
        own = {model.project for model in self.models if model.teacher in (teacher, but_not)}
        found: dict[str, list[str]] = {}
        for model in self.models:
            if model.project in own or UNKNOWN in model.derives_from:
                continue
            if teacher in model.derives_from and but_not not in model.derives_from:
                found.setdefault(model.project, []).append(model.name)
        return {project: tuple(names) for project, names in found.items()}

    def without(self, project: str) -> "Panel":
        """The panel as if this project did not exist."""
        return Panel(models=tuple(model for model in self.models if model.project != project))

"""Which rival teachers cannot be told apart from the claimed one, decided on known students before the suspect is looked at."""

from dataclasses import dataclass

import numpy as np

from revenuer.prove.lineage.affinity import FloatArray
from revenuer.prove.lineage.panel import Panel

TOLD_APART = 0.95
"""Share of pairs of known student projects (one of each teacher) that must stand in the right order. A choice, stated before any suspect: one
wrong pair in twenty."""
LEAST_KNOWN = 3
"""Known student projects on each side from which the share is looked at: of two sides of two, one order in six is perfect by chance; of three, one in
twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """What known students say of one rival. `auc`: share of pairs (a project of the claimed teacher, one of the rival) that the difference of the
    two similarities puts in the right order, None where one side has fewer than three. `is_sibling`: not told apart."""

    teacher: str
    auc: float | None
    claimed_projects: int
    rival_projects: int
    is_sibling: bool


def rivals_of(panel: Panel, teacher: str, models: tuple[str, ...], mean: FloatArray) -> tuple[Rival, ...]:
    """Return every other teacher of the panel. `mean`: (models, models) affinity.

    A rival is a sibling where known students stand in the wrong order too often, or where there are too few to ask and it comes from the
    claimed teacher's own project. Other untested rivals are not siblings: their own answers are among the null projects instead.
    """
    place = {name: i for i, name in enumerate(models)}
    own = {model.project for model in panel.versions(teacher)}
    found = []
    for rival in panel.teachers:
        if rival == teacher:
            continue
        sides = (panel.known_students(teacher, rival), panel.known_students(rival, teacher))
        lean = []
        for side in sides:
            lean.append(
                [
                    float(np.mean([_lean(panel, place, mean, name, teacher, rival) for name in names]))
                    for names in side.values()
                ]
            )
        auc = _auc(lean[0], lean[1])
        same_maker = bool(own & {model.project for model in panel.versions(rival)})
        found.append(
            Rival(
                teacher=rival,
                auc=auc,
                claimed_projects=len(lean[0]),
                rival_projects=len(lean[1]),
                is_sibling=same_maker if auc is None else auc < TOLD_APART,
            )
        )
    return tuple(found)


def to_teacher(panel: Panel, place: dict[str, int], mean: FloatArray, name: str, teacher: str) -> float:
    """Return a model's similarity to a teacher: the average over the teacher's versions."""
    versions = [place[model.name] for model in panel.versions(teacher) if model.name != name]
    return float(mean[place[name], versions].mean())


def _lean(
    panel: Panel, place: dict[str, int], mean: FloatArray, name: str, teacher: str, rival: str
) -> float:
    return to_teacher(panel, place, mean, name, teacher) - to_teacher(panel, place, mean, name, rival)


def _auc(above: list[float], below: list[float]) -> float | None:
    if min(len(above), len(below)) < LEAST_KNOWN:
        return None
    a, b = np.asarray(above)[:, None], np.asarray(below)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())

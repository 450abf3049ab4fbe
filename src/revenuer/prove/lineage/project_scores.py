"""One score a project: how much more alike its models are to the claimed teacher than to everybody else; and its rank among null projects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from revenuer.prove.lineage.affinity import FloatArray
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.lineage.siblings import to_teacher

SLACK = 1e-12
"""Scores this near count as equal, against the suspect's advantage: two programs that add in another order must rank alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformalRank:
    """`score`: the suspect's. `null`: null project -> its score. `p`: (1 + null projects that score at least as high) / (null projects + 1)."""

    score: float
    null: Mapping[str, float]

    @property
    def p(self) -> float:
        at_least = sum(value >= self.score - SLACK for value in self.null.values())
        return (1 + at_least) / (len(self.null) + 1)

    @property
    def floor(self) -> float:
        return 1 / (len(self.null) + 1)


def rank_suspect(
    panel: Panel, suspect: PanelModel, teacher: str, null: tuple[PanelModel, ...], mean: FloatArray
) -> ConformalRank:
    """Return the suspect's rank among the projects of the models `null`. `mean`: (models, models) affinity, rows as `panel.models`, then the suspect.

    A model's score is its similarity to the teacher less its mean similarity to the other projects of null and suspect together (models averaged
    within a project first). A project's score is its models' highest: the suspect, one model, is never helped by that.
    """
    place = {model.name: i for i, model in enumerate((*panel.models, suspect))}
    pool: dict[str, list[str]] = {}
    for model in (*null, suspect):
        pool.setdefault(model.project, []).append(model.name)
    scores = {
        project: max(
            to_teacher(panel, place, mean, name, teacher) - _to_others(pool, project, place, mean, name)
            for name in names
        )
        for project, names in pool.items()
    }
    return ConformalRank(score=scores.pop(suspect.project), null=scores)


def _to_others(
    pool: Mapping[str, list[str]], project: str, place: dict[str, int], mean: FloatArray, name: str
) -> float:
    others = [
        float(mean[place[name], [place[other] for other in names]].mean())
        for key, names in pool.items()
        if key != project
    ]
    return float(np.mean(others))

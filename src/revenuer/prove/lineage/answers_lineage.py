"""`lineage answers`: does the suspect answer like the claimed teacher, more than projects that do not derive from it ever do?

Conformal over projects: the answer can be no more certain than 1 / (null projects + 1), and says so.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from revenuer.prove.judge import outcome_of
from revenuer.prove.lineage.affinity import Affinity, LengthFit, affinity, fit_length, is_for_fitting
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.lineage.project_scores import ConformalRank, rank_suspect
from revenuer.prove.lineage.prompt_level import log10_closer_to
from revenuer.prove.lineage.screening import Screened, screen
from revenuer.prove.lineage.siblings import Rival, rivals_of
from revenuer.prove.lineage.terms import PromptTerms, prompt_terms
from revenuer.prove.pack import EvidencePack
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.stats import clopper_pearson

TEST = "lineage-answers"
SCRIPT = "lineage_answers.py"
LEAST_NULL_PROJECTS = 3
"""Below, a rank says nothing that a sentence would not."""

ASSUMPTIONS = (
    "the suspect's project, were it innocent, is a draw like the null projects: exchangeable with them in what makes answers alike",
    "the null projects are independent of each other and truly derive from none of the named teachers (documented, not checked here)",
    "the prompts were chosen without looking at the suspect's answers",
    "all answers were made with comparable settings (system prompt, temperature, length limit)",
)
EXPLANATIONS = (
    "trained on another student of the teacher, or on public text that the teacher wrote",
    "an unlisted teacher with the claimed one's style, for instance another version of it",
    "the same human-written instructions or style guide behind both",
    "a system prompt or a filter that imitates the teacher",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Everything that the verdict rests on. `teachers`: the claimed teacher and its siblings, the claimed one first. `rank`: among projects that derive
    from none of them; `alone`: among those that do not derive from the claimed one (its siblings' students included)."""

    teachers: tuple[str, ...]
    rivals: tuple[Rival, ...]
    rank: ConformalRank
    alone: ConformalRank
    power: float | None
    affinity: Affinity
    panel: Panel


def answers_verdict(
    suspect: PanelModel, panel: Panel, teacher: str, alpha: float
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on "the suspect derives from `teacher`, or from a teacher that cannot be told apart from it", and its pack.

    The suspect's own project is left out of the panel first. Not evaluated where the answers cannot be compared or fewer than three null projects are left;
    inconclusive, never positive, where 1 / (null projects + 1) is above alpha. Raises ValueError for a teacher that the panel has no answers of.
    """
    if teacher not in panel.teachers:
        raise ValueError(f"the panel has no answers of {teacher}")
    if any(version.project == suspect.project for version in panel.versions(teacher)):
        return _not_evaluated(
            suspect, teacher, alpha, "the suspect is of the teacher's own project: nothing to ask", {}
        ), None
    screened = screen(suspect, panel.without(suspect.project), teacher)
    if screened.reason:
        return _not_evaluated(suspect, teacher, alpha, screened.reason, _counts(screened)), None
    prompts, rest = _terms(suspect, screened), screened.panel
    projects = [model.project for model in rest.models]
    known = fit_length(prompts, range(len(projects)), projects)
    found = affinity(prompts, range(len(projects) + 1), [*projects, suspect.project])
    judged = rank_in_panel(suspect, rest, teacher, alpha, known, found)
    if judged is None:
        reason = f"fewer than {LEAST_NULL_PROJECTS} projects of the panel are documented to derive from neither {teacher} nor its siblings"
        return _not_evaluated(suspect, teacher, alpha, reason, _counts(screened)), None
    return _verdict(suspect, teacher, alpha, judged, screened), _pack(suspect, teacher, judged, screened)


def rank_in_panel(
    suspect: PanelModel, panel: Panel, teacher: str, alpha: float, known: LengthFit, found: Affinity
) -> Judged | None:
    """Return what the verdict rests on, None where too few null projects are left.

    `known`: the panel alone, on the prompts for fitting; it decides which rivals are siblings. `found`: the panel's models in their order, then the suspect.
    """
    names = tuple(model.name for model in panel.models)
    rivals = rivals_of(panel, teacher, names, known.mean)
    teachers = (teacher, *(rival.teacher for rival in rivals if rival.is_sibling))
    null = panel.null_models(teachers)
    if len({model.project for model in null}) < LEAST_NULL_PROJECTS:
        return None
    rank = rank_suspect(panel, suspect, teacher, null, found.mean)
    alone = rank_suspect(panel, suspect, teacher, panel.null_models((teacher,)), found.mean)
    return Judged(
        teachers=teachers,
        rivals=rivals,
        rank=rank,
        alone=alone,
        power=_power(panel, suspect, teacher, null, found, alpha),
        affinity=found,
        panel=panel,
    )


def _power(
    panel: Panel,
    suspect: PanelModel,
    teacher: str,
    null: tuple[PanelModel, ...],
    found: Affinity,
    alpha: float,
) -> float | None:
    """Return a lower 95 % limit of the share of known student projects that this test accuses, None without any: one model of each is put in
    the suspect's place."""
    accused: dict[str, list[bool]] = {}
    own = {version.project for version in panel.versions(teacher)}
    place = {model.name: i for i, model in enumerate(panel.models)}
    for student in panel.models:
        if teacher not in student.derives_from or student.project in own:
            continue
        swapped = list(range(len(panel.models) + 1))
        swapped[-1] = place[student.name]
        mean = found.mean[np.ix_(swapped, swapped)]
        rank = rank_suspect(panel, student, teacher, null, mean)
        accused.setdefault(student.project, []).append(rank.p <= alpha)
    if not accused:
        return None
    hits = sum(all(results) for results in accused.values())
    return clopper_pearson(hits, len(accused), 0.9).low


def _terms(suspect: PanelModel, screened: Screened) -> dict[str, PromptTerms]:
    models = (*screened.panel.models, suspect)
    return {name: prompt_terms([model.answers[name].text for model in models]) for name in screened.prompts}


def _h0(teachers: tuple[str, ...]) -> str:
    return f"The suspect derives from none of {', '.join(teachers)}: its project is exchangeable with the null projects."


def _counts(screened: Screened) -> dict[str, int]:
    return {**screened.counts, "panel_models_left_out": len(screened.left_out)}


def _not_evaluated(
    suspect: PanelModel, teacher: str, alpha: float, reason: str, n: Mapping[str, int]
) -> SuspectVerdict:
    return SuspectVerdict(
        test=TEST,
        suspect=suspect.name,
        outcome=Outcome.NOT_EVALUATED,
        h0=_h0((teacher,)),
        summary=f"Whether the suspect's answers point to {teacher} could not be judged.",
        alpha=alpha,
        n=n,
        assumptions=ASSUMPTIONS,
        reason=reason,
    )


def _verdict(
    suspect: PanelModel, teacher: str, alpha: float, judged: Judged, screened: Screened
) -> SuspectVerdict:
    rank = judged.rank
    outcome, reason = outcome_of(rank.p, alpha, judged.power)
    if rank.floor > alpha:
        outcome = Outcome.INCONCLUSIVE
        reason = (
            f"{len(rank.null)} independent null projects cannot give less than p = {rank.floor:.3g}, above alpha = {alpha:g}: "
            f"at least {math.ceil(1 / alpha - 1e-9) - 1} are needed"
        )
    return SuspectVerdict(
        test=TEST,
        suspect=suspect.name,
        outcome=outcome,
        h0=_h0(judged.teachers),
        summary=_summary(outcome, alpha, judged),
        alpha=alpha,
        p=rank.p,
        log10_p=math.log10(rank.p),
        floor=rank.floor,
        effect=_effect(rank),
        n={
            **_counts(screened),
            "prompts_judged": len(judged.affinity.prompts),
            "prompts_fitted_on": len(judged.affinity.fit.prompts),
            "null_projects": len(rank.null),
        },
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason=reason,
        details=_details(teacher, judged, screened),
    )


def _summary(outcome: Outcome, alpha: float, judged: Judged) -> str:
    rank, teachers = judged.rank, judged.teachers
    among = f"{rank.p * (len(rank.null) + 1):.0f}. of {len(rank.null) + 1} projects"
    whom = teachers[0] if len(teachers) == 1 else f"one of {', '.join(teachers)} (not told apart)"
    if outcome is Outcome.POSITIVE:
        narrowed = len(teachers) > 1 and judged.alone.p <= alpha
        more = f"; among the siblings' students, too, it points to {teachers[0]}" if narrowed else ""
        return f"The suspect answers like {whom}: {among} in likeness, p = {rank.p:.3g}, the floor being {rank.floor:.3g}{more}."
    return f"Nothing that can be claimed: the suspect is {among} in likeness to {whom}, p = {rank.p:.3g}, the floor being {rank.floor:.3g}."


def _effect(rank: ConformalRank) -> Effect:
    null = sorted(rank.null.values())
    k = len(null)
    return Effect(
        name="likeness above that of a null project",
        value=rank.score - float(np.median(null)),
        low=rank.score - null[-1],
        high=rank.score - null[0],
        unit="cosine of weighted terms, length taken out",
        level=(k - 1) / (k + 1),
    )


def _details(teacher: str, judged: Judged, screened: Screened) -> dict[str, Any]:
    return {
        "teachers": list(judged.teachers),
        "p_claimed_teacher_alone": judged.alone.p,
        "score": judged.rank.score,
        "null_scores": dict(sorted(judged.rank.null.items(), key=lambda item: -item[1])),
        "rivals": [
            {
                "teacher": rival.teacher,
                "auc_on_known_students": rival.auc,
                "known_projects": [rival.claimed_projects, rival.rival_projects],
                "told_apart": not rival.is_sibling,
            }
            for rival in judged.rivals
        ],
        "power_lower_limit": judged.power,
        "left_out": dict(screened.left_out),
        "length_fit": [float(value) for value in judged.affinity.fit.coefficients],
        "prompt_level_test_not_evidence": _warning(teacher, judged),
    }


def _warning(teacher: str, judged: Judged) -> dict[str, float]:
    """Rival -> log10 p of the usual test on prompts, shown so that nobody takes it for evidence."""
    cosine, place = judged.affinity.cosine[:, -1, :], {m.name: i for i, m in enumerate(judged.panel.models)}
    by_teacher = {
        name: cosine[:, [place[version.name] for version in judged.panel.versions(name)]].mean(axis=1)
        for name in judged.panel.teachers
    }
    return {
        name: log10_closer_to(by_teacher[teacher], values)
        for name, values in by_teacher.items()
        if name != teacher
    }


def _pack(suspect: PanelModel, teacher: str, judged: Judged, screened: Screened) -> EvidencePack:
    models = (*judged.panel.models, suspect)
    listed = {
        "teacher_versions": [model.name for model in judged.panel.versions(teacher)],
        "suspect": suspect.name,
        "models": [{"name": model.name, "project": model.project} for model in models],
        "null_projects": sorted(judged.rank.null),
        "fitting_prompts": [name for name in screened.prompts if is_for_fitting(name)],
    }
    lines = (
        msgspec.json.encode({"prompt_id": name, "texts": [model.answers[name].text for model in models]})
        for name in screened.prompts
    )
    data = {
        "panel.json": msgspec.json.format(msgspec.json.encode(listed)),
        "answers.jsonl": b"\n".join(lines),
    }
    return EvidencePack(script=SCRIPT, data=data)

"""`lineage identity`: how often the suspect says that it is the claimed maker's, against documented models that are not.

Weak evidence by nature: the web is full of "as a model trained by ...".
"""

import math
import re
from collections.abc import Mapping, Sequence

import msgspec

from revenuer.prove.judge import outcome_of
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.lineage.screening import is_whole
from revenuer.prove.pack import EvidencePack
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.stats import clopper_pearson

TEST = "lineage-identity"
SCRIPT = "lineage_identity.py"
LEAST_PROMPTS = 5
LEAST_NULL_PROJECTS = 3
SENTENCE = re.compile(r"(?<=[.!?\n])\s+|\n")
SELF = re.compile(r"\b(i|i'm|i’m|my|me|myself|we|our|as an ai|as a large|as a language)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(not|never|unlike|neither|nor|other than)\b|n't|n’t", re.IGNORECASE)
ASSUMPTIONS = (
    "the suspect's project, were it innocent, is a draw like the null projects",
    "the null projects are independent and truly derive from none of the claimed teacher's models (documented, not checked here)",
    "no system prompt gave the suspect a name, and none was taken from it",
)
EXPLANATIONS = (
    "public text contains such sentences: models name well-known makers without having been trained on their answers",
    "trained on a public data set into which somebody else's harvest went",
    "a developer can remove or plant such sentences at will: absence clears nobody",
)


def identity_verdict(
    suspect: PanelModel, panel: Panel, teacher: str, names: Sequence[str], alpha: float
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on "the suspect calls itself one of `names` as often as models do that do not derive from `teacher`", and its pack.

    Counted: answers with a sentence in the first person that holds one of the names and no denial (English words; other languages count as no). Prompts that
    hold a name themselves are left out. Conformal over null projects, of which each has the share of its model with the highest one.
    """
    if not names or not all(name.strip() for name in names):
        raise ValueError("expected at least one name to look for")
    pattern = name_pattern(names)
    rest = panel.without(suspect.project)
    prompts = _prompts(suspect, rest, pattern)
    null: dict[str, list[PanelModel]] = {}
    for model in rest.null_models((teacher,)):
        if set(prompts) <= {name for name, answer in model.answers.items() if is_whole(answer)}:
            null.setdefault(model.project, []).append(model)
    n = {
        "prompts": len(prompts),
        "suspect_answers": len(suspect.answers),
        "null_projects": len(null),
    }
    h0 = f"The suspect names {' or '.join(names)} as itself no more often than projects do that do not derive from {teacher}."
    reason = ""
    if len(prompts) < LEAST_PROMPTS:
        reason = f"{len(prompts)} prompts that name nobody were answered in full by the suspect and the panel, expected at least {LEAST_PROMPTS}"
    elif len(null) < LEAST_NULL_PROJECTS:
        reason = f"{len(null)} null projects answered these prompts, expected at least {LEAST_NULL_PROJECTS}"
    if reason:
        verdict = SuspectVerdict(
            test=TEST,
            suspect=suspect.name,
            outcome=Outcome.NOT_EVALUATED,
            h0=h0,
            summary="What the suspect says of itself could not be judged.",
            alpha=alpha,
            n=n,
            assumptions=ASSUMPTIONS,
            reason=reason,
        )
        return verdict, None
    hits = _hits(suspect, prompts, pattern)
    counts = {
        project: max(_hits(model, prompts, pattern) for model in models) for project, models in null.items()
    }
    p = (1 + sum(value >= hits for value in counts.values())) / (len(counts) + 1)
    outcome, why = _outcome(p, alpha, hits, len(counts))
    share = clopper_pearson(hits, len(prompts))
    most = max(counts.values())
    verdict = SuspectVerdict(
        test=TEST,
        suspect=suspect.name,
        outcome=outcome,
        h0=h0,
        summary=f"The suspect calls itself {' or '.join(names)} in {hits} of {len(prompts)} answers, the null projects at most in {most}: p = {p:.3g}.",
        alpha=alpha,
        p=p,
        log10_p=math.log10(p),
        floor=1 / (len(counts) + 1),
        effect=Effect(
            name="answers that name it as itself",
            value=share.share,
            low=share.low,
            high=share.high,
            unit="share",
        ),
        n={**n, "suspect_hits": hits},
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason=why,
        details={"names": list(names), "null_hits": dict(sorted(counts.items()))},
    )
    return verdict, _pack(suspect, null, prompts, names)


def name_pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Return what finds one of the names as a whole word, whatever its case."""
    return re.compile(
        r"(?<!\w)(" + "|".join(re.escape(name.strip()) for name in names) + r")(?!\w)", re.IGNORECASE
    )


def says_it_is(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a sentence in the first person holds a name and no denial."""
    return pattern.search(text) is not None and any(
        pattern.search(sentence) and SELF.search(sentence) and not DENIED.search(sentence)
        for sentence in SENTENCE.split(text)
    )


def _hits(model: PanelModel, prompts: Sequence[str], pattern: re.Pattern[str]) -> int:
    return sum(says_it_is(model.answers[name].text, pattern) for name in prompts)


def _outcome(p: float, alpha: float, hits: int, null_projects: int) -> tuple[Outcome, str]:
    if 1 / (null_projects + 1) > alpha:
        return Outcome.INCONCLUSIVE, (
            f"{null_projects} independent null projects cannot give less than p = {1 / (null_projects + 1):.3g}, above alpha = {alpha:g}"
        )
    if hits == 0:
        return Outcome.INCONCLUSIVE, "the suspect never names it as itself, which clears nobody"
    return outcome_of(p, alpha, None)


def _prompts(suspect: PanelModel, panel: Panel, pattern: re.Pattern[str]) -> list[str]:
    """The prompts without a name that the suspect and nine in ten of the panel's models answered in full, and under the same words."""
    found = []
    for name, answer in sorted(suspect.answers.items()):
        if pattern.search(answer.prompt) or not is_whole(answer):
            continue
        same = sum(_has(model, name, answer.prompt) for model in panel.models)
        if panel.models and same >= 0.9 * len(panel.models):
            found.append(name)
    return found


def _has(model: PanelModel, name: str, prompt: str) -> bool:
    answer = model.answers.get(name)
    return answer is not None and is_whole(answer) and answer.prompt.split() == prompt.split()


def _pack(
    suspect: PanelModel,
    null: Mapping[str, Sequence[PanelModel]],
    prompts: Sequence[str],
    names: Sequence[str],
) -> EvidencePack:
    lines = [
        {"project": None, "model": suspect.name, "texts": [suspect.answers[key].text for key in prompts]}
    ]
    for project, models in sorted(null.items()):
        lines += [
            {"project": project, "model": model.name, "texts": [model.answers[key].text for key in prompts]}
            for model in models
        ]
    return EvidencePack(
        script=SCRIPT,
        data={
            "answers.jsonl": b"\n".join(msgspec.json.encode(line) for line in lines),
            "names.json": msgspec.json.encode(list(names)),
        },
    )

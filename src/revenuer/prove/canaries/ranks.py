"""Was the suspect trained on a campaign's canaries? Their rank among decoys that other keys draw from the same pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from revenuer.prove.canaries.canary import Canary, fillers_of, template_of
from revenuer.prove.canaries.pool import Pool, filled, fillers_in, slots_pattern
from revenuer.prove.pack import EvidencePack
from revenuer.prove.suspect import Answer, Scorer
from revenuer.prove.twins.audit import present
from revenuer.prove.twins.lot_result import Weighting
from revenuer.prove.twins.lot_verdict import Finding, Wording, lot_verdict
from revenuer.prove.twins.open_records import OpenedLog
from revenuer.prove.twins.scored_records import Per, ScoredRecord, scored_records, selected
from revenuer.prove.twins.twin_pack import pack_data
from revenuer.prove.twins.twin_record import TwinRecord
from revenuer.records.suspect_verdict import SuspectVerdict

TEST = "canary"
SCRIPT = "canaries.py"
DECOY_KEY = b"revenuer decoys 1"
"""What the decoys' lots are made of: public and the same for everybody, so that nobody can choose decoys that suit him."""
FEW = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryOptions:
    """Fixed before the suspect is asked. `decoys`: for each canary. The others as in `AuditOptions`."""

    alpha: float = 0.01
    decoys: int = 99
    per: Per = "text"
    weighting: Weighting = "rank"
    power: float | None = None
    accept_lost: bool = False


WORDING = Wording(
    test=TEST,
    thing="canaries",
    h0=(
        "Which of the texts of the pool the lots drew as canaries of the campaign had no influence on the suspect: it ranks each canary among "
        "decoys, drawn from the same pool by other lots, at a place that is uniform, as every model does that never read the canaries."
    ),
    known=(
        "The suspect prefers the canaries of {campaigns} to decoys of the same pool ({p}; {n}): it was trained on text that holds what we "
        "released to this campaign alone, from whomever it had it."
    ),
    unknown="The suspect does not tell the canaries from decoys of the same pool ({p})",
    assumptions=(
        "The canaries follow from the seed that the log's first line commits to, and were sealed before they were served; the log's head was published or "
        "dated by somebody else before the suspect was asked.",
        "They were served to the named campaign and published nowhere else by us.",
        "All sealed canaries of the named campaigns were given, not a choice among them made after a look at the suspect.",
    ),
    unchecked="The canaries were given without their log: nobody checked that they were sealed, nor that lots drew them.",
    explanations=(
        "The suspect read the canaries elsewhere: the campaign's answers were published or resold, or this log was opened before the suspect was trained.",
        "Whoever keeps the log planted the canaries in the suspect's training data without serving them to the campaign. Sealing dates a canary; only the "
        "server's own request log shows to whom it went.",
        "Whoever keeps the log tried seeds until the canaries read well, before the head was dated; the reference model shows whether they do.",
    ),
)


def rank_canaries(
    canaries: Sequence[Canary],
    pool: Pool,
    suspect: Scorer,
    reference: Scorer | None = None,
    options: CanaryOptions | None = None,
    opened: OpenedLog | None = None,
) -> tuple[SuspectVerdict, EvidencePack]:
    """Return the verdict by the suspect's likelihood of canaries and decoys, and what it rests on. `reference`, `opened`: as in `audit`.

    Source: N. Carlini et al., The Secret Sharer, USENIX Security 2019, section 4 (exposure), with a p-value in place of exposure.
    """
    chosen = options or CanaryOptions()
    selection = selected([_record(canary, pool, chosen.decoys) for canary in canaries])
    scorers = present(suspect=suspect, reference=reference)
    scoring = scored_records(selection.records, scorers, chosen.per)
    finding = Finding(
        wording=WORDING,
        suspect=suspect.name,
        unit="nats per canary",
        scored=scoring.records,
        selection=selection,
        unscored=scoring.unscored,
        too_many_unscored=scoring.unscored > FEW * max(1, len(selection.records)),
        given=len(canaries),
        opened=opened,
        compared_with={name: scorer.name for name, scorer in scorers.items() if name != "suspect"},
        coefficients=scoring.coefficients,
        weighting=chosen.weighting,
        alpha=chosen.alpha,
        power=chosen.power,
        accept_lost=chosen.accept_lost,
        parameters={"per": chosen.per, "decoys": chosen.decoys},
    )
    return _judged(finding, pool, chosen, chosen.per)


def rank_canaries_in_answers(
    canaries: Sequence[Canary],
    pool: Pool,
    answers: Sequence[Answer],
    suspect: str,
    options: CanaryOptions | None = None,
    opened: OpenedLog | None = None,
) -> tuple[SuspectVerdict, EvidencePack]:
    """Return the verdict by how often the suspect's answers to the canaries' prompts hold each text's fillers: for a suspect without likelihoods.

    A slot counts in an answer that holds its filler to the letter, case aside; a text's score is the mean over slots and answers.
    """
    chosen = options or CanaryOptions()
    by_prompt: dict[str, list[str]] = {}
    for answer in answers:
        if answer.text.strip():
            by_prompt.setdefault(answer.prompt, []).append(answer.text.casefold())
    patterns = [slots_pattern(template) for template in pool.templates]
    selection = selected([_record(canary, pool, chosen.decoys) for canary in canaries])
    scored = []
    for record in selection.records:
        if own := by_prompt.get(record.prompt):
            pattern = patterns[record.index % len(patterns)]
            scores = np.asarray([_held(fillers_in(pattern, text), own) for text in record.texts])
            scored.append(ScoredRecord(record=record, scores=scores, gains=scores))
    finding = Finding(
        wording=WORDING,
        suspect=suspect,
        unit="share of fillers in answers",
        scored=tuple(scored),
        selection=selection,
        unscored=len(selection.records) - len(scored),
        too_many_unscored=False,
        given=len(canaries),
        opened=opened,
        compared_with={},
        coefficients={},
        weighting=chosen.weighting,
        alpha=chosen.alpha,
        power=chosen.power,
        accept_lost=chosen.accept_lost,
        parameters={"answers": len(answers), "decoys": chosen.decoys},
    )
    return _judged(finding, pool, chosen, "answer")


def _decoys(canary: Canary, pool: Pool, count: int) -> list[dict[str, str]]:
    """Return the fillers of the canary's decoys."""
    names = [f"decoy {canary.campaign} {canary.number} {j}" for j in range(count)]
    return [fillers_of(pool, template_of(pool, canary.number), DECOY_KEY, name) for name in names]


def candidates_of(canary: Canary, pool: Pool, decoys: int) -> list[str]:
    """Return the canary's text and its decoys', in an order that tells nothing: that of the texts."""
    template = template_of(pool, canary.number)
    return sorted([canary.text, *(filled(template, fillers) for fillers in _decoys(canary, pool, decoys))])


def _record(canary: Canary, pool: Pool, decoys: int) -> TwinRecord:
    texts = candidates_of(canary, pool, decoys)
    return TwinRecord(
        index=canary.number,
        campaign=canary.campaign,
        prompt=canary.prompt,
        texts=tuple(texts),
        released=texts.index(canary.text),
    )


def _held(fillers: Sequence[str], answers: Sequence[str]) -> float:
    """Return the mean, over slots and answers, of whether the answer holds the filler."""
    return fmean(float(filler.casefold() in answer) for filler in fillers for answer in answers)


def _judged(
    finding: Finding, pool: Pool, options: CanaryOptions, per: str
) -> tuple[SuspectVerdict, EvidencePack]:
    verdict = lot_verdict(finding)
    data = pack_data(finding, verdict, {"per": per, "decoys": options.decoys}, with_texts=True)
    return verdict, EvidencePack(script=SCRIPT, data={**data, "pool.json": pool.content})

"""The audit without likelihoods: do the suspect's own answers to the audited prompts repeat what was released more than its twins?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from revenuer.prove.pack import EvidencePack
from revenuer.prove.suspect import Answer
from revenuer.prove.twins.lot_result import Weighting
from revenuer.prove.twins.lot_verdict import Finding, lot_verdict
from revenuer.prove.twins.open_records import OpenedLog
from revenuer.prove.twins.scored_records import ScoredRecord, selected
from revenuer.prove.twins.similarity import Likeness, likeness, rarity, words_of
from revenuer.prove.twins.twin_pack import twin_pack
from revenuer.prove.twins.twin_record import TwinRecord
from revenuer.prove.twins.twin_wording import twin_wording
from revenuer.records.suspect_verdict import SuspectVerdict

TEST = "twins-answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAuditOptions:
    """Fixed before the suspect is asked. `likeness`: of a suspect's answer to a candidate; several answers to one prompt are averaged.
    The others as in `AuditOptions`."""

    alpha: float = 0.01
    likeness: Likeness = "ngrams"
    weighting: Weighting = "clipped"
    power: float | None = None
    accept_lost: bool = False
    with_texts: bool = True


def audit_answers(
    records: Sequence[TwinRecord],
    answers: Sequence[Answer],
    suspect: str,
    options: AnswerAuditOptions | None = None,
    opened: OpenedLog | None = None,
) -> tuple[SuspectVerdict, EvidencePack]:
    """Return the verdict and what it rests on. Answers to other prompts than the records' are left out; records without an answer, too.

    Empty answers count as no answer. Records whose candidates are all equally like the answers tell nothing and weigh nothing.
    """
    chosen = options or AnswerAuditOptions()
    selection = selected(records)
    by_prompt: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.text.strip():
            by_prompt[answer.prompt].append(answer)
    answered = [record for record in selection.records if by_prompt.get(record.prompt)]
    scored = [_scored(record, by_prompt[record.prompt], chosen.likeness) for record in answered]
    finding = Finding(
        wording=twin_wording(TEST, "how like the suspect's own answers to the same prompts are to a text"),
        suspect=suspect,
        unit=f"{chosen.likeness} likeness",
        scored=tuple(scored),
        selection=selection,
        unscored=len(selection.records) - len(answered),
        too_many_unscored=False,
        given=len(records),
        opened=opened,
        compared_with={},
        coefficients={},
        weighting=chosen.weighting,
        alpha=chosen.alpha,
        power=chosen.power,
        accept_lost=chosen.accept_lost,
        parameters={"likeness": chosen.likeness, "answers": len(answers)},
    )
    verdict = lot_verdict(finding)
    return verdict, twin_pack(finding, verdict, "answer", with_texts=chosen.with_texts)


def _scored(record: TwinRecord, answers: Sequence[Answer], kind: Likeness) -> ScoredRecord:
    candidates = [words_of(text) for text in record.texts]
    own = [words_of(answer.text) for answer in answers]
    weights = rarity([*candidates, *own])
    scores = np.asarray([fmean(likeness(kind, a, c, weights) for a in own) for c in candidates], np.float64)
    return ScoredRecord(record=record, scores=scores, gains=scores)

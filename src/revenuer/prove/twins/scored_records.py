"""What the suspect (and its base, where known) finds of every candidate of every record, and the score that the lot is tested with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from revenuer.prove.suspect import Scored, Scorer
from revenuer.prove.twins.twin_record import TwinRecord

FloatArray = npt.NDArray[np.float64]
Per = Literal["text", "token", "character"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihoods:
    """Log-likelihoods in nats of a record's candidates, in the order drawn, and of how many tokens each."""

    totals: FloatArray
    tokens: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRecord:
    """A record with what it is tested with. `scores`: one for each candidate, larger = the suspect knows it better. `gains`: the same in the
    unit of the effect."""

    record: TwinRecord
    scores: FloatArray
    gains: FloatArray
    suspect: Likelihoods | None = None
    reference: Likelihoods | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Records that can tell something, and how many cannot. All rules look at a record's candidates alike, never at which was released.

    `repeated`: same prompt and texts as an earlier record. `alike`: all of a record's texts are the same.
    """

    records: tuple[TwinRecord, ...]
    repeated: int
    alike: int


def selected(records: Sequence[TwinRecord]) -> Selection:
    """Return the records to score, in order."""
    kept: list[TwinRecord] = []
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    alike = repeated = 0
    for record in records:
        identity = (record.campaign, record.prompt, tuple(sorted(record.texts)))
        if len(set(record.texts)) == 1:
            alike += 1
        elif identity in seen:
            repeated += 1
        else:
            seen.add(identity)
            kept.append(record)
    return Selection(records=tuple(kept), repeated=repeated, alike=alike)


def scored_records(
    records: Sequence[TwinRecord], suspect: Scorer, reference: Scorer | None, per: Per
) -> tuple[list[ScoredRecord], int]:
    """Return the scored records and how many could not be scored: one candidate without a score takes its whole record out.

    Candidates are scored in the order in which they were drawn, so that nothing that depends on order can tell the released one.
    """
    by_suspect = _likelihoods(records, suspect)
    by_reference = _likelihoods(records, reference) if reference is not None else None
    scored: list[ScoredRecord] = []
    for i, record in enumerate(records):
        own = by_suspect[i]
        other = by_reference[i] if by_reference is not None else None
        if own is None or (by_reference is not None and other is None):
            continue
        gains = own.totals - other.totals if other is not None else own.totals
        scores = score_of(own, other, per, record)
        scored.append(ScoredRecord(record=record, scores=scores, gains=gains, suspect=own, reference=other))
    return scored, len(records) - len(scored)


def score_of(own: Likelihoods, other: Likelihoods | None, per: Per, record: TwinRecord) -> FloatArray:
    """Return log-likelihood (less the reference's) of each candidate: of the text, per token (each model's own), or per character."""
    if per == "token":
        base = other.totals / other.tokens if other is not None else 0.0
        return np.asarray(own.totals / own.tokens - base)
    total = own.totals - other.totals if other is not None else own.totals
    if per == "text":
        return total
    return np.asarray(total / np.asarray([max(1, len(text)) for text in record.texts], np.float64))


def _likelihoods(records: Sequence[TwinRecord], scorer: Scorer) -> list[Likelihoods | None]:
    pairs = [(record.prompt, text) for record in records for text in record.texts]
    answers = scorer.score(pairs) if pairs else []
    if len(answers) != len(pairs):
        raise ValueError(f"the scorer {scorer.name} gave {len(answers)} answers to {len(pairs)} pairs")
    found: list[Likelihoods | None] = []
    start = 0
    for record in records:
        found.append(_of_record(answers[start : start + len(record.texts)]))
        start += len(record.texts)
    return found


def _of_record(answers: Sequence[Scored]) -> Likelihoods | None:
    usable = [a.logprobs for a in answers if a.logprobs is not None and a.logprobs.size]
    if len(usable) < len(answers) or not all(np.isfinite(logprobs).all() for logprobs in usable):
        return None
    return Likelihoods(
        totals=np.asarray([logprobs.sum() for logprobs in usable], np.float64),
        tokens=np.asarray([logprobs.size for logprobs in usable], np.float64),
    )

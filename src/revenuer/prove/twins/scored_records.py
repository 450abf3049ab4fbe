"""What the suspect, and the models it is compared with, find of every candidate of every record, and the score that the lot is tested with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    unit of the effect. `known`: likelihoods by model: `suspect`, and where given `reference` and `teacher`."""

    record: TwinRecord
    scores: FloatArray
    gains: FloatArray
    known: Mapping[str, Likelihoods] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """Scored records; how many could not be scored; and what was subtracted for each other model: its score times this."""

    records: tuple[ScoredRecord, ...]
    unscored: int
    coefficients: Mapping[str, float]


def scored_records(records: Sequence[TwinRecord], scorers: Mapping[str, Scorer], per: Per) -> Scoring:
    """Return the records with the scores of the `suspect` beyond what the other models' scores foretell.

    One candidate without a score takes its whole record out. Candidates are scored in the order in which they were drawn, so that nothing that
    depends on order can tell the released one. What the others foretell is fitted by least squares on all candidates alike, which knows
    nothing of the lots, so that it cannot make an innocent suspect guilty.
    """
    found = {name: _likelihoods(records, scorer) for name, scorer in scorers.items()}
    whole: list[tuple[TwinRecord, dict[str, Likelihoods]]] = []
    for i, record in enumerate(records):
        answers = {name: of[i] for name, of in found.items()}
        complete = {name: answer for name, answer in answers.items() if answer is not None}
        if len(complete) == len(answers):
            whole.append((record, complete))
    others = [name for name in scorers if name != "suspect"]
    per_model = {name: [score_of(known[name], per, record) for record, known in whole] for name in scorers}
    coefficients = _fitted(per_model, others)
    scored = []
    for i, (record, known) in enumerate(whole):
        scores = per_model["suspect"][i]
        for name in others:
            scores = scores - coefficients[name] * per_model[name][i]
        totals = known["suspect"].totals
        gains = totals - known["reference"].totals if "reference" in known else totals
        scored.append(ScoredRecord(record=record, scores=scores, gains=gains, known=known))
    return Scoring(records=tuple(scored), unscored=len(records) - len(scored), coefficients=coefficients)


def score_of(likelihoods: Likelihoods, per: Per, record: TwinRecord) -> FloatArray:
    """Return the log-likelihood of each candidate: of the text, per token (of the model's own), or per character."""
    if per == "token":
        return np.asarray(likelihoods.totals / likelihoods.tokens)
    if per == "text":
        return likelihoods.totals
    return np.asarray(
        likelihoods.totals / np.asarray([max(1, len(text)) for text in record.texts], np.float64)
    )


def _fitted(per_model: Mapping[str, Sequence[FloatArray]], others: Sequence[str]) -> dict[str, float]:
    """Return the least-squares coefficients of the other models' scores, all as deviations from their record's mean."""
    if not others or not per_model["suspect"]:
        return {}
    columns = {name: np.concatenate([s - s.mean() for s in scores]) for name, scores in per_model.items()}
    design = np.stack([columns[name] for name in others], axis=1)
    fitted = np.linalg.lstsq(design, columns["suspect"], rcond=None)[0]
    return dict(zip(others, fitted.tolist(), strict=True))


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

"""Puts the lot's results into a verdict: Holm over campaigns, what was left out, what must hold, what else would explain it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from revenuer.prove.judge import outcome_of
from revenuer.prove.twins.lot_result import LotResult, Weighting, lot_result
from revenuer.prove.twins.open_records import OpenedLog
from revenuer.prove.twins.scored_records import ScoredRecord, Selection
from revenuer.prove.twins.sound_log import log_checks, unsound
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.stats.randomization import holm

H0 = (
    "Which of the equally drawn answers the lot released to the campaign had no influence on {measured}: as it is for every model that was "
    "trained on none of the released texts, including students of the same teacher on the same prompts with other samples."
)
ASSUMPTIONS = (
    "Each record's answers were drawn from the same model with the same prompt, parameters and post-processing, and nothing touched them after the lot.",
    "The lots follow from the seed that the log's first line commits to, and the log's head was published or dated by somebody else before "
    "the suspect was asked.",
    "All sealed records of the named campaigns were given, not a choice among them made after a look at the suspect.",
    "No twin was ever published.",
)
UNCHECKED = (
    "The records were given without their log: nobody checked that they were sealed, nor what the lots were."
)
EXPLANATIONS = (
    "The suspect was trained on text that we released to the campaign, but got it from somebody else: a published or resold copy, or the web. "
    "The test says whose released answers were learnt, not who collected them.",
    "The suspect's operator serves it with a store of our released answers (retrieval, cache): then its answers contain them, its weights do not.",
    "Whoever keeps the log falsified it before its head was dated: drew again until the lot fell as wished, or wrote texts that the model never "
    "drew. The lots rule out a choice after the fact, not a forgery at the time; drawing again with the sealed parameters tests for it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """All that a verdict is made of. `too_many_unscored`: more than the test can bear; `given`: records before any was left out."""

    test: str
    suspect: str
    measured: str
    unit: str
    scored: tuple[ScoredRecord, ...]
    selection: Selection
    unscored: int
    too_many_unscored: bool
    given: int
    opened: OpenedLog | None
    reference: str | None
    weighting: Weighting
    alpha: float
    power: float | None
    accept_lost: bool
    score: str


def lot_verdict(finding: Finding) -> SuspectVerdict:
    """Return the verdict: p is the smallest over the campaigns after Holm's correction."""
    checks = log_checks(finding.selection.records, finding.scored) if finding.selection.records else {}
    reason = _not_evaluated(finding) or unsound(checks)
    details = _details(finding, checks)
    if reason:
        return _verdict(finding, Outcome.NOT_EVALUATED, f"Not evaluated: {reason}.", details, reason=reason)
    results = results_of(finding)
    adjusted = holm([result.log10_p for result in results])
    details["campaigns"] = {r.campaign: r.as_json(a) for r, a in zip(results, adjusted, strict=True)}
    best = min(range(len(results)), key=lambda i: adjusted[i])
    log10_p = adjusted[best]
    floor = min(0.0, min(result.log10_floor for result in results) + math.log10(len(results)))
    power = finding.power if 10.0**floor <= finding.alpha else 0.0
    outcome, reason = outcome_of(10.0**log10_p, finding.alpha, power)
    named = [r.campaign for r, a in zip(results, adjusted, strict=True) if 10.0**a <= finding.alpha]
    return _verdict(
        finding,
        outcome,
        _summary(outcome, named, results[best], log10_p),
        details,
        reason=reason,
        log10_p=log10_p,
        floor=10.0**floor,
        effect=_effect(finding, results[best]),
    )


def results_of(finding: Finding) -> list[LotResult]:
    """Return the result of each campaign, by name."""
    campaigns = sorted({one.record.campaign for one in finding.scored})
    return [
        lot_result(name, [one for one in finding.scored if one.record.campaign == name], finding.weighting)
        for name in campaigns
    ]


def _not_evaluated(finding: Finding) -> str:
    if not finding.given:
        return "there are no sealed records of these campaigns"
    if finding.opened is not None and finding.opened.lost and not finding.accept_lost:
        lost = sum(finding.opened.lost.values())
        return (
            f"the content of {lost} sealed records is missing, and whoever leaves records out could choose them: restore the store, or accept "
            "the loss openly"
        )
    if not finding.selection.records:
        return "in every record all texts are the same, so that the lot left no trace"
    if finding.too_many_unscored:
        return f"{finding.unscored} of {len(finding.selection.records)} records could not be scored"
    if not finding.scored:
        return "no record could be scored"
    return ""


def _details(finding: Finding, checks: dict[str, float]) -> dict[str, Any]:
    opened = finding.opened
    return {
        "score": finding.score,
        "weighting": finding.weighting,
        "reference": finding.reference,
        "log10_p_of_log_checks": checks,
        "head": None if opened is None else {"entries": opened.head.entries, "sha256": opened.head.sha256},
        "reserved_and_never_sealed": {} if opened is None else dict(opened.unsealed),
        "sealed_and_lost": {} if opened is None else dict(opened.lost),
    }


def _effect(finding: Finding, result: LotResult) -> Effect | None:
    if result.low is None or result.high is None:
        return None
    return Effect(
        name=f"released less the mean of its twins, campaign {result.campaign}",
        value=result.gain,
        low=result.low,
        high=result.high,
        unit=finding.unit,
    )


def _summary(outcome: Outcome, named: Sequence[str], best: LotResult, log10_p: float) -> str:
    p = f"p = {10.0**log10_p:.2g}" if log10_p > -300 else f"log10 p = {log10_p:.0f}"
    if outcome is Outcome.POSITIVE:
        many = ", ".join(named)
        return (
            f"The suspect knows what was released to {many} better than the unreleased twins ({p}; {best.records} records of "
            f"{best.campaign}): it was trained on text that we released to this campaign, from whomever it had it."
        )
    nothing = f"The suspect does not tell what was released from its unreleased twins ({p})"
    if outcome is Outcome.NEGATIVE:
        return f"{nothing}, and the test would have seen the effect that was planned for."
    return f"{nothing}; whether the test would have seen it is open."


def _verdict(
    finding: Finding,
    outcome: Outcome,
    summary: str,
    details: dict[str, Any],
    *,
    reason: str,
    log10_p: float | None = None,
    floor: float | None = None,
    effect: Effect | None = None,
) -> SuspectVerdict:
    selection = finding.selection
    return SuspectVerdict(
        test=finding.test,
        suspect=finding.suspect,
        outcome=outcome,
        h0=H0.format(measured=finding.measured),
        summary=summary,
        alpha=finding.alpha,
        p=None if log10_p is None else 10.0**log10_p,
        log10_p=log10_p,
        floor=floor,
        effect=effect,
        n={
            "records given": finding.given,
            "records tested": len(finding.scored),
            "all texts alike": selection.alike,
            "repeated": selection.repeated,
            "not scored": finding.unscored,
        },
        assumptions=ASSUMPTIONS if finding.opened is not None else (*ASSUMPTIONS, UNCHECKED),
        explanations=EXPLANATIONS,
        reason=reason,
        details=details,
    )

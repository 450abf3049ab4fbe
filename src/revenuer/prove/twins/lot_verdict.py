"""Puts the lot's results into a verdict: Holm over campaigns, what was left out, what must hold, what else would explain it."""

import math
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a test says of itself. `thing`: what is counted, plural. `known`: said of a positive suspect, with {campaigns}, {p} and {n};
    `unknown`: of any other, with {p}. `unchecked`: the assumption that is left where no log was given."""

    test: str
    thing: str
    h0: str
    known: str
    unknown: str
    assumptions: tuple[str, ...]
    unchecked: str
    explanations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """All that a verdict is made of. `too_many_unscored`: more than the test can bear; `given`: records before any was left out;
    `compared_with`: role -> name of the other models; `coefficients`: role -> what was subtracted of its scores."""

    wording: Wording
    suspect: str
    unit: str
    scored: tuple[ScoredRecord, ...]
    selection: Selection
    unscored: int
    too_many_unscored: bool
    given: int
    opened: OpenedLog | None
    compared_with: Mapping[str, str]
    coefficients: Mapping[str, float]
    weighting: Weighting
    alpha: float
    power: float | None
    accept_lost: bool
    parameters: Mapping[str, Any]


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
        _summary(finding.wording, outcome, named, results[best], log10_p),
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
        return f"there are no sealed {finding.wording.thing} of these campaigns"
    if finding.opened is not None and finding.opened.lost and not finding.accept_lost:
        lost = sum(finding.opened.lost.values())
        return (
            f"the content of {lost} seals is missing, and whoever leaves some out could choose them: restore the store, or accept "
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
        **finding.parameters,
        "weighting": finding.weighting,
        "compared_with": dict(finding.compared_with),
        "coefficients": dict(finding.coefficients),
        "log10_p_of_log_checks": checks,
        "head": None if opened is None else {"entries": opened.head.entries, "sha256": opened.head.sha256},
        "commitment_root": "" if opened is None else opened.head.sha256,
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


def _summary(
    wording: Wording, outcome: Outcome, named: Sequence[str], best: LotResult, log10_p: float
) -> str:
    p = f"p = {10.0**log10_p:.2g}" if log10_p > -300 else f"log10 p = {log10_p:.0f}"
    if outcome is Outcome.POSITIVE:
        n = f"{best.records} {wording.thing} of {best.campaign}"
        return wording.known.format(campaigns=", ".join(named), p=p, n=n)
    nothing = wording.unknown.format(p=p)
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
    selection, wording = finding.selection, finding.wording
    return SuspectVerdict(
        test=wording.test,
        suspect=finding.suspect,
        outcome=outcome,
        h0=wording.h0,
        summary=summary,
        alpha=finding.alpha,
        p=None if log10_p is None else 10.0**log10_p,
        log10_p=log10_p,
        floor=floor,
        effect=effect,
        n={
            wording.thing: len(finding.scored),
            "given": finding.given,
            "all texts alike": selection.alike,
            "repeated": selection.repeated,
            "not scored": finding.unscored,
        },
        assumptions=(*wording.assumptions, *(() if finding.opened is not None else (wording.unchecked,))),
        explanations=wording.explanations,
        reason=reason,
        details=details,
    )

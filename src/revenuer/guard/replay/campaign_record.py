"""One operator, or one licensed customer, in the record that a scan's readers know."""

from collections.abc import Mapping

from revenuer.detect.assemble import campaign_id
from revenuer.detect.signals.base import POSITIVE_AT
from revenuer.detect.techniques import ALWAYS
from revenuer.guard.replay.containment import Containment
from revenuer.guard.replay.live_signals import BY_SOURCE
from revenuer.guard.replay.operators import OperatorSummary
from revenuer.records import Campaign, CampaignDetail, Confidence, Evidence, Lineage, Outcome

HIGH, MEDIUM = 6.0, 4.0
"""log10 e from which confidence is high, and medium: the scan's bands."""


def campaign_record(
    found: OperatorSummary,
    accounts: tuple[str, ...],
    counts: Containment,
    rank: int,
    known: frozenset[str],
) -> Campaign:
    """Return the campaign of an operator; `known` are the operators that its lineage may name."""
    confidence = Confidence.HIGH if found.log10_e >= HIGH else Confidence.MEDIUM
    if found.log10_e < MEDIUM:
        confidence = Confidence.LOW
    told = [one for one in found.sources if one.log10_e >= POSITIVE_AT]
    techniques = {name for one in told for name in BY_SOURCE[one.kind].techniques} | set(ALWAYS)
    return _record(
        counts,
        accounts,
        rank=rank,
        log10_e=found.log10_e,
        confidence=confidence,
        evidence=_evidence(found, counts.request_ids),
        techniques=tuple(sorted(techniques)),
        lineage=Lineage(replaces=(found.replaces,) if found.replaces in known and found.replaces else ()),
        headline=found.sources[0].reason if found.sources else "accounts under a measure",
        action="Look at the evidence, then keep or lift the measures: `revenuer scan` weighs the same log with hindsight.",
        doubt=(
            *(BY_SOURCE[one.kind].doubt for one in told),
            "An account that can show that it is alone.",
        ),
        facts={
            "linked, not named": f"{found.linked:,}",
            "name in campaigns.index": campaign_id(list(accounts)),
        },
    )


def _evidence(found: OperatorSummary, request_ids: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Return an entry for each source, strongest first; the requests are the operator's first that met a measure."""
    entries = []
    for one in found.sources:
        signal = BY_SOURCE[one.kind]
        outcome = Outcome.INCONCLUSIVE
        if abs(one.log10_e) >= POSITIVE_AT:
            outcome = Outcome.POSITIVE if one.log10_e > 0 else Outcome.NEGATIVE
        entries.append(
            Evidence(
                signal=signal.name,
                family=signal.family,
                outcome=outcome,
                log10_bayes_factor=one.log10_e,
                summary=one.reason,
                look_alike=signal.look_alike,
                request_ids=request_ids if outcome is Outcome.POSITIVE else (),
            )
        )
    return tuple(entries)


def sanctioned_record(accounts: tuple[str, ...], counts: Containment, rank: int) -> Campaign:
    """Return the licensed use of one customer, which is no finding."""
    return _record(
        counts,
        accounts,
        rank=rank,
        log10_e=0.0,
        confidence=Confidence.LOW,
        evidence=(),
        techniques=(),
        lineage=Lineage(),
        headline="a distillation licence that was declared and verified",
        action="None: check the licence's terms.",
        doubt=(),
        facts={},
    )


def _record(
    counts: Containment,
    accounts: tuple[str, ...],
    *,
    rank: int,
    log10_e: float,
    confidence: Confidence,
    evidence: tuple[Evidence, ...],
    techniques: tuple[str, ...],
    lineage: Lineage,
    headline: str,
    action: str,
    doubt: tuple[str, ...],
    facts: Mapping[str, str],
) -> Campaign:
    counted = {
        "answered before containment": f"{counts.answered_before:,}",
        "answered after containment": f"{counts.answered_after:,}",
        "unanswered": f"{counts.unanswered:,}",
    }
    return Campaign(
        campaign_id=counts.group,
        rank=rank,
        confidence=confidence,
        log10_e=log10_e,
        accounts=accounts,
        exchanges=counts.requests,
        harvest_exchanges=counts.answered,
        output_tokens=counts.output_tokens,
        first_seen=counts.first_seen,
        last_seen=counts.last_seen,
        models=counts.models,
        techniques=techniques,
        headline=headline,
        evidence=evidence,
        lineage=lineage,
        recommended_action=action,
        would_change_our_mind=doubt,
        detail=CampaignDetail(
            accounts=(),
            bin_s=3600,
            bin_starts=(),
            timeline=(),
            deployment_timeline=(),
            heat_accounts=(),
            heat=(),
            edges=(),
            examples=(),
            facts={**counted, **facts},
        ),
    )

"""Puts a judged group into the words and figures that an analyst reads."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from revenuer.detect.candidates import Candidates
from revenuer.detect.fingerprints import KIND_BITS, SPAN
from revenuer.detect.group_time import DAY_HOURS
from revenuer.detect.harvest import HarvestShare
from revenuer.detect.judge import Judgement
from revenuer.detect.link import KINDS
from revenuer.detect.population import HOUR_US, Population
from revenuer.detect.techniques import techniques
from revenuer.records import (
    AccountRow,
    Campaign,
    CampaignDetail,
    Confidence,
    Evidence,
    ExampleRequest,
    GraphEdge,
    Lineage,
    Outcome,
)

MAX_BINS = 336
HEAT_ROWS = 60
GRAPH_ACCOUNTS = 150
GRAPH_EDGES = 500
HEADLINE_REASONS = 3
MARKS, WORDING = frozenset({"replay", "template", "intent"}), frozenset({"partition", "content", "relay"})
"""Families of evidence that say what a group asks for, the plainest first: one of them opens the headline."""
HIGH, MEDIUM = 6.0, 4.0
"""log10 e from which confidence is high, and medium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What is looked up for a campaign beside its judgement."""

    models: tuple[str, ...]
    lineage: Lineage
    examples: tuple[ExampleRequest, ...]
    harvest: HarvestShare


def campaign_id(ids: list[str]) -> str:
    """Return a stable name for a set of accounts."""
    return "C-" + hashlib.blake2b("\n".join(sorted(ids)).encode(), digest_size=5).hexdigest()


def group_fingerprints(judgement: Judgement, candidates: Candidates) -> np.ndarray:
    """Return the span fingerprints (int64) that most accounts of the group send, most first."""
    context, accounts = candidates.context, judgement.group.accounts
    both, _ = context.overlap.of(accounts)
    marking = (both > 0.3 * len(accounts)) & (both > 0.7 * context.overlap.sizes)
    prints = [context.families[number].fingerprints for number in np.flatnonzero(marking)]
    found = [values[(values & ((1 << KIND_BITS) - 1)) == SPAN] for values in prints]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def assemble(
    judgement: Judgement, candidates: Candidates, rank: int, identifier: str, extras: Extras
) -> Campaign:
    """Return the campaign record of a judgement."""
    population = candidates.context.population
    accounts = judgement.group.accounts
    harvest = np.round(extras.harvest.share * population.requests[accounts]).astype(np.int64)
    evidence = tuple(_with_examples(e, extras.examples) for e in judgement.evidence)
    first, last = int(population.first[accounts].min()), int(population.last[accounts].max())
    confidence = Confidence.HIGH if judgement.log10_e >= HIGH else Confidence.MEDIUM
    if judgement.log10_e < MEDIUM:
        confidence = Confidence.LOW
    return Campaign(
        campaign_id=identifier,
        rank=rank,
        confidence=confidence,
        log10_e=judgement.log10_e,
        accounts=tuple(population.ids.take(pa.array(accounts)).to_pylist()),
        exchanges=int(population.requests[accounts].sum()),
        harvest_exchanges=int(harvest.sum()),
        output_tokens=int(population.output_tokens[accounts].sum()),
        first_seen=_moment(first),
        last_seen=_moment(last),
        models=extras.models,
        techniques=techniques(judgement.evidence),
        headline=_headline(judgement, population),
        evidence=evidence,
        lineage=extras.lineage,
        recommended_action=_action(confidence) if judgement.evidence else "None: check the licence's terms.",
        would_change_our_mind=_would_change(judgement.evidence),
        detail=_detail(judgement, candidates, harvest, extras),
    )


def _with_examples(evidence: Evidence, examples: tuple[ExampleRequest, ...]) -> Evidence:
    if evidence.outcome is not Outcome.POSITIVE:
        return evidence
    return Evidence(
        signal=evidence.signal,
        family=evidence.family,
        outcome=evidence.outcome,
        log10_bayes_factor=evidence.log10_bayes_factor,
        summary=evidence.summary,
        look_alike=evidence.look_alike,
        request_ids=tuple(e.request_id for e in examples),
    )


def _headline(judgement: Judgement, population: Population) -> str:
    accounts = judgement.group.accounts
    if not judgement.evidence:
        return f"{len(accounts)} account(s) with a distillation licence that was declared and verified"
    rate = float(np.median(population.requests[accounts]))
    why = "; ".join(e.summary for e in reasons(judgement.evidence)[:HEADLINE_REASONS])
    return f"{len(accounts)} accounts, {rate:,.0f} requests each: {why}"


def reasons(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """Return the positive answers, the strongest of each family, in order of strength but for the first: what the group asks for.

    Throw-away mail often weighs most, and it is not what an analyst wants to hear first.
    """
    strongest: dict[str, Evidence] = {}
    for answer in evidence:
        if answer.outcome is Outcome.POSITIVE and answer.family != "volume":
            strongest.setdefault(answer.family, answer)
    ordered = list(strongest.values())
    first = next((e for kind in (MARKS, WORDING) for e in ordered if e.family in kind), None)
    return ordered if first is None else [first, *(e for e in ordered if e is not first)]


def _action(confidence: Confidence) -> str:
    if confidence is Confidence.HIGH:
        return (
            "Restrict all accounts together (no logprobs, n = 1, summarised reasoning), have an analyst confirm the examples, "
            "then suspend; watch for a pool that takes over within minutes."
        )
    if confidence is Confidence.MEDIUM:
        return "Have an analyst read the examples and the identity evidence, throttle meanwhile, and scan again in a day."
    return "Watch; do not act on this alone."


def _would_change(evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """Return, for the strongest answers, the innocent finding that would undo them."""
    strongest = [e for e in evidence if e.outcome is Outcome.POSITIVE and e.family != "volume"][:4]
    return (
        "A customer who declares these accounts as its own, and whom you have verified.",
        *(
            f"Proof that this is rather: {e.look_alike} (against {e.signal.replace('_', ' ')})."
            for e in strongest
        ),
    )


def _detail(
    judgement: Judgement, candidates: Candidates, harvest: np.ndarray, extras: Extras
) -> CampaignDetail:
    population = candidates.context.population
    accounts = judgement.group.accounts
    hours = -(-population.activity.hours // MAX_BINS)
    bins = -(-population.activity.hours // hours)
    log = np.bincount(
        np.arange(population.activity.hours) // hours, population.activity.everyone, bins
    ).astype(int)
    busiest = np.argsort(-population.requests[accounts], kind="stable")
    shown = np.sort(accounts[busiest[:HEAT_ROWS]])
    heat = np.zeros((len(shown), bins), np.int64)
    total = np.zeros(bins, np.int64)
    rows = {int(code): row for row, code in enumerate(shown)}
    for code in accounts:
        at, n = population.activity.of(int(code))
        counts = np.bincount(at // hours, n, bins).astype(np.int64)
        total += counts
        if int(code) in rows:
            heat[rows[int(code)]] = counts
    origin = _moment(population.origin)
    return CampaignDetail(
        accounts=tuple(_account_rows(judgement, population, harvest)),
        bin_s=hours * 3600,
        bin_starts=tuple(origin + timedelta(hours=hours * i) for i in range(bins)),
        timeline=tuple(total.tolist()),
        deployment_timeline=tuple((log - total).tolist()),
        heat_accounts=tuple(population.ids.take(pa.array(shown)).to_pylist()),
        heat=tuple(tuple(row) for row in heat.tolist()),
        edges=_edges(judgement, candidates),
        examples=extras.examples,
        facts=_facts(judgement, population) | _harvest_facts(extras.harvest),
    )


def _account_rows(judgement: Judgement, population: Population, harvest: np.ndarray) -> list[AccountRow]:
    accounts = judgement.group.accounts
    ids = population.ids.take(pa.array(accounts)).to_pylist()
    return [
        AccountRow(
            account_id=ids[i],
            exchanges=int(population.requests[code]),
            harvest_exchanges=int(harvest[i]),
            output_tokens=int(population.output_tokens[code]),
            first_seen=_moment(int(population.first[code])),
            last_seen=_moment(int(population.last[code])),
            log10_e=float(judgement.group.odds[i]),
        )
        for i, code in enumerate(accounts)
    ]


def _edges(judgement: Judgement, candidates: Candidates) -> tuple[GraphEdge, ...]:
    graph, population = candidates.graph, candidates.context.population
    accounts = judgement.group.accounts
    if len(accounts) > GRAPH_ACCOUNTS:
        accounts = accounts[np.argsort(-population.requests[accounts], kind="stable")[:GRAPH_ACCOUNTS]]
    inside = np.flatnonzero(
        np.isin(graph.source, accounts) & np.isin(graph.target, accounts) & (graph.total > 0)
    )
    strongest = inside[np.argsort(-graph.total[inside], kind="stable")[:GRAPH_EDGES]]
    kinds = graph.score[strongest].argmax(axis=1)
    source = population.ids.take(pa.array(graph.source[strongest])).to_pylist()
    target = population.ids.take(pa.array(graph.target[strongest])).to_pylist()
    return tuple(
        GraphEdge(source=a, target=b, kind=KINDS[kind], weight=round(float(weight), 2))
        for a, b, kind, weight in zip(source, target, kinds, graph.total[strongest], strict=True)
    )


def _facts(judgement: Judgement, population: Population) -> dict[str, str]:
    facts = judgement.group.facts
    accounts = judgement.group.accounts
    days = np.maximum((population.last[accounts] - population.first[accounts]) / (DAY_HOURS * HOUR_US), 1.0)
    daily = population.requests[accounts] / days
    return {
        "requests per account and day": f"{np.median(daily):.0f} (middle half {np.quantile(daily, 0.25):.0f}-{np.quantile(daily, 0.75):.0f})",
        "first user turns": f"{facts['opening_share']:.0%} of requests",
        "with tools": f"{facts['tool_share']:.0%} of requests",
        "with log-probabilities or n > 1": f"{facts['distribution_share']:.0%} of requests",
        "commonest client settings": f"{facts.get('modal_tooling', 0):.0%} of requests",
        "addresses": f"{facts['addresses']:.0f} in {facts['prefixes']:.0f} networks",
        "system prompts": f"{facts['system_prompts']:.0f}",
        "refused": f"{facts['refusal_share']:.1%} of requests",
    }


def _harvest_facts(harvest: HarvestShare) -> dict[str, str]:
    """Return the harvest share and the window test's answer in words; the answer is shown, not counted as evidence."""
    foreign = "not evaluated" if harvest.p_value is None else f"p = {harvest.p_value:.1g}"
    return {
        "estimated harvest": f"{harvest.share:.0%} of requests ({harvest.low:.0%}-{harvest.high:.0%})",
        "prompts unlike the deployment's history": foreign,
    }


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)

"""The main job: sketches in, campaigns with evidence out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from revenuer.detect.assemble import Extras, assemble, campaign_id, group_fingerprints
from revenuer.detect.calibration import load_calibration
from revenuer.detect.candidates import Candidates, find_candidates
from revenuer.detect.claim_priors import with_priors
from revenuer.detect.examples import find_examples
from revenuer.detect.group_facts import register_groups
from revenuer.detect.harvest import HarvestShare, estimate_harvest
from revenuer.detect.judge import Judgement, judge
from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.detect.lineage import find_lineage
from revenuer.detect.look_alikes import licensed
from revenuer.detect.peer_claims import find_claimed
from revenuer.detect.population import Population, build_population
from revenuer.detect.prevalence import estimate_prevalence
from revenuer.detect.sanctioned import sanctioned_campaigns
from revenuer.detect.select import Selection, select_campaigns
from revenuer.detect.signals import SIGNALS
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import Engine
from revenuer.records import (
    ACCOUNT_SCHEMA,
    SKETCH_SCHEMA,
    AccountVerdict,
    Campaign,
    ClearedGroup,
    InputSummary,
    NotEvaluated,
    Outcome,
    Prevalence,
    ScanResult,
    Verdict,
)

MIN_REQUESTS = 5
"""An account with fewer requests is `insufficient_data`, unless a group claims it."""
MAX_CLEARED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanInput:
    """Parquet files of exchanges or of sketches (`kind`), the account table if there is one, what ingest said, and peers' claims (CLAIM_SCHEMA)."""

    files: tuple[Path, ...]
    kind: str
    accounts: pa.Table | None
    summary: InputSummary
    claims: pa.Table | None = None


def scan(
    engine: Engine,
    given: ScanInput,
    *,
    seed: int = 0,
    key: Key = UNKEYED,
    on_stage: Callable[[str], None] = lambda _: None,
) -> ScanResult:
    """Return what the log holds: campaigns, sanctioned use, groups cleared, verdicts on every account.

    Deterministic for equal input, `seed` and `key`, under which exchanges are sketched. Nothing is written but the engine's scratch
    tables; those that `campaign_index.index_campaigns` needs are left behind.
    """
    if given.summary.exchanges == 0:
        return _nothing(given.summary)
    on_stage("sketching prompts")
    has_text = given.kind == "exchanges"
    if has_text:
        engine.read_parquet("exchange", given.files)
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(key), SKETCH_SCHEMA)
    else:
        engine.read_parquet("sketch", given.files)
    on_stage("profiling accounts")
    population = build_population(engine, given.accounts)
    missing = columns_missing(engine, population)
    on_stage("linking accounts")
    claimed = find_claimed(engine, given.claims, population, key) if given.claims is not None else ()
    candidates = find_candidates(engine, population, missing, seed, claimed)
    on_stage("judging groups")
    calibration = load_calibration()
    judged = [judge(group, candidates.context, calibration) for group in candidates.groups]
    judgements = with_priors(judged, claimed, population.size)
    selection = select_campaigns(judgements, candidates.linkage)
    on_stage("writing up")
    campaigns, harvest = _campaigns(engine, selection, candidates, has_text)
    sanctioned = sanctioned_campaigns(engine, candidates)
    return ScanResult(
        input=given.summary,
        prevalence=estimate_prevalence(campaigns, harvest, selection.watched, population),
        campaigns=tuple(campaigns),
        sanctioned=sanctioned,
        cleared=_cleared(selection, candidates),
        not_evaluated=_not_evaluated(missing),
        verdicts=_verdicts(campaigns, selection, population),
    )


LOGGED = {
    "ip": "client_ip", "user_agent": "user_agent", "tls_fingerprint": "tls_fingerprint", "prompt": "prompt",
    "reasoning_signature": "reasoning_signature", "status": "status",
}  # fmt: skip
"""Columns of the sketch table that signals need, and what they are called in a log."""


def columns_missing(engine: Engine, population: Population) -> frozenset[str]:
    """Return the columns that hold nothing; those of the account table as `accounts.NAME`."""
    counts = engine.query(
        "SELECT " + ", ".join(f"count({name}) AS {name}" for name in LOGGED) + " FROM sketch"
    ).to_pylist()[0]
    missing = {LOGGED[name] for name, n in counts.items() if not n}
    for name in ACCOUNT_SCHEMA.names:
        if name != "account_id" and population.registry[name].null_count == population.size:
            missing.add(f"accounts.{name}")
    return frozenset(missing)


def _campaigns(
    engine: Engine, selection: Selection, candidates: Candidates, has_text: bool
) -> tuple[list[Campaign], list[HarvestShare]]:
    population = candidates.context.population
    groups = [j.group.accounts for j in selection.campaigns]
    if not groups:
        return [], []
    names = [campaign_id(population.ids.take(pa.array(g)).to_pylist()) for g in groups]
    register_groups(engine, groups)
    lineage = find_lineage(engine, population, candidates.context.identity, groups, names)
    models = _models(engine, len(groups))
    rng = np.random.Generator(np.random.PCG64(candidates.context.seed))
    harvest = estimate_harvest(engine, groups, candidates.context.overlap, rng)
    examples = find_examples(
        engine,
        has_text,
        [population.ids.take(pa.array(g)).to_pylist() for g in groups],
        [group_fingerprints(judgement, candidates) for judgement in selection.campaigns],
    )
    campaigns = [
        assemble(
            judgement,
            candidates,
            rank=i + 1,
            identifier=names[i],
            extras=Extras(
                models=models[i],
                lineage=lineage[i],
                examples=examples[i],
                harvest=harvest[i],
            ),
        )
        for i, judgement in enumerate(selection.campaigns)
    ]
    return campaigns, harvest


def _models(engine: Engine, groups: int) -> list[tuple[str, ...]]:
    rows = engine.query(
        "SELECT g, model, count(*) AS n FROM ex JOIN grp USING (acct) GROUP BY ALL ORDER BY n DESC, model"
    )
    found: list[list[str]] = [[] for _ in range(groups)]
    for row in rows.to_pylist():
        found[row["g"]].append(row["model"])
    return [tuple(models) for models in found]


def _cleared(selection: Selection, candidates: Candidates) -> tuple[ClearedGroup, ...]:
    population = candidates.context.population
    explained = [
        ClearedGroup(
            accounts=tuple(population.ids.take(pa.array(e.accounts)).to_pylist()),
            exchanges=int(population.requests[e.accounts].sum()),
            look_alike=e.look_alike,
            reason=e.reason,
            log10_e=0.0,
        )
        for e in candidates.explained
    ]
    judged = [_cleared_group(j, population) for j in selection.watched + selection.cleared]
    ordered = sorted(explained + judged, key=lambda g: (-g.exchanges, g.accounts))
    return tuple(ordered[:MAX_CLEARED])


def _cleared_group(judgement: Judgement, population: Population) -> ClearedGroup:
    against = [e for e in judgement.evidence if e.outcome is Outcome.NEGATIVE]
    strongest = next(
        (e for e in judgement.evidence if e.outcome is Outcome.POSITIVE and e.family != "volume"), None
    )
    return ClearedGroup(
        accounts=tuple(population.ids.take(pa.array(judgement.group.accounts)).to_pylist()),
        exchanges=int(population.requests[judgement.group.accounts].sum()),
        look_alike=strongest.look_alike if strongest else "accounts that merely resemble one another",
        reason="; ".join(e.summary for e in against[:3]) or "the evidence does not reach the reporting level",
        log10_e=judgement.log10_e,
    )


def _not_evaluated(missing: frozenset[str]) -> tuple[NotEvaluated, ...]:
    lacking = ((signal.name, signal.lacks(missing)) for signal in SIGNALS)
    return tuple(NotEvaluated(signal=name, reason=reason) for name, reason in lacking if reason is not None)


def _verdicts(
    campaigns: list[Campaign], selection: Selection, population: Population
) -> tuple[AccountVerdict, ...]:
    size = population.size
    verdict = np.full(size, Verdict.CLEAR, object)
    verdict[population.requests < MIN_REQUESTS] = Verdict.INSUFFICIENT_DATA
    log10_e = np.zeros(size)
    owner: list[str | None] = [None] * size
    for judgement in selection.watched:
        verdict[judgement.group.accounts] = Verdict.WATCH
        log10_e[judgement.group.accounts] = judgement.log10_e
    for campaign, judgement in zip(campaigns, selection.campaigns, strict=True):
        for code in judgement.group.accounts:
            owner[code] = campaign.campaign_id
        verdict[judgement.group.accounts] = Verdict.CAMPAIGN
        log10_e[judgement.group.accounts] = judgement.log10_e
    verdict[licensed(population)] = Verdict.SANCTIONED
    return tuple(
        AccountVerdict(
            account_id=name, campaign_id=owner[i], verdict=Verdict(verdict[i]), log10_e=float(log10_e[i])
        )
        for i, name in enumerate(population.ids.to_pylist())
    )


def _nothing(summary: InputSummary) -> ScanResult:
    """Return the honest result on an empty log."""
    return ScanResult(
        input=summary,
        prevalence=Prevalence(share=0.0, low=0.0, high=1.0),
        campaigns=(),
        sanctioned=(),
        cleared=(),
        not_evaluated=tuple(
            NotEvaluated(signal=s.name, reason="the log holds no exchanges") for s in SIGNALS
        ),
        verdicts=(),
    )

"""What we know of a campaign and might tell, in the clear. A draft never leaves: `share.policy` decides what of it does, and as what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from revenuer.records import InputError
from revenuer.records.observable import OBSERVABLE_SCHEMA, ObservableKind
from revenuer.share.house import House
from revenuer.share.stix.analyst import Analysis
from revenuer.share.stix.campaigns_file import CampaignLine, CampaignsFile, in_reach

NEVER_READ = (
    "headline",
    "output_tokens",
    "evidence.summary",
    "evidence.look_alike",
    "evidence.request_ids",
    "recommended_action",
    "would_change_our_mind",
)
"""Fields of campaigns.json that no draft holds: they may hold prompts, or tell of capacity or of what we mean to enforce."""
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d)?)% of requests(?: \(.*\))?", re.ASCII)
_ADDRESSES = re.compile(r"(\d{1,9}) in (\d{1,9}) networks", re.ASCII)
_SHARES: Mapping[str, str] = {
    "first user turns": "opening_share",
    "with tools": "tool_share",
    "with log-probabilities or n > 1": "distribution_share",
    "refused": "refusal_share",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftObservable:
    """A row of the observables' table: what members hold in common. `outsiders`: accounts in no campaign that hold it too."""

    kind: ObservableKind
    value: str
    members: int
    outsiders: int
    support: float
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One campaign with what its members hold in common.

    `signals`: those that answered positive, with log10 Bayes factor, strongest first. `shares`, `addresses`, `networks`: figures read out of
    the scan's facts, where they have the form that a scan gives them. `takeover_s`: how long after the end of the campaign that it
    replaces it began. `analysis`: what a human added.
    """

    campaign_id: str
    confidence: str
    log10_e: float
    accounts: tuple[str, ...]
    exchanges: int
    harvest_share: float | None
    first_seen: datetime
    last_seen: datetime
    scanned_at: datetime
    models: tuple[str, ...]
    techniques: tuple[str, ...]
    signals: tuple[tuple[str, float], ...]
    replaces: tuple[str, ...]
    shares_pool_with: tuple[str, ...]
    takeover_s: float | None
    shares: Mapping[str, float] = field(default_factory=dict)
    addresses: int | None = None
    networks: int | None = None
    observables: tuple[DraftObservable, ...] = ()
    analysis: Analysis | None = None


def draft_campaigns(
    campaigns: CampaignsFile,
    observables: pa.Table | None,
    house: House,
    now: datetime,
    *,
    analyses: Mapping[str, Analysis] | None = None,
) -> list[Draft]:
    """Return a draft of each campaign, in the file's order. Nothing is held back yet.

    `analyses`: what humans added, by campaign_id. `now` stands for the time of the scan only where the file gives none. Raises InputError for
    observables that do not have their schema, or an analysis of a campaign that the file does not have.
    """
    held = _by_campaign(observables, house)
    known = {line.campaign_id: line for line in campaigns.campaigns}
    added = dict(analyses or {})
    strangers = sorted(added.keys() - known.keys())
    if strangers:
        raise InputError(
            f"the analyst's file speaks of {len(strangers)} campaign(s) that this scan does not have (the first: {strangers[0]!r}); take them out"
        )
    scanned_at = (campaigns.generated_at or campaigns.input.until or now).astimezone(UTC)
    return [
        _draft(
            line,
            known,
            scanned_at=max(scanned_at, line.last_seen.astimezone(UTC)),
            observables=tuple(held.get(line.campaign_id, ())),
            analysis=added.get(line.campaign_id),
        )
        for line in campaigns.campaigns
    ]


def _draft(
    line: CampaignLine,
    known: Mapping[str, CampaignLine],
    *,
    scanned_at: datetime,
    observables: tuple[DraftObservable, ...],
    analysis: Analysis | None,
) -> Draft:
    positive = [(one.signal, one.log10_bayes_factor) for one in line.evidence if one.outcome == "positive"]
    harvest = line.harvest_exchanges
    addresses, networks = _addresses(line.facts)
    return Draft(
        campaign_id=line.campaign_id,
        confidence=line.confidence,
        log10_e=line.log10_e,
        accounts=line.accounts,
        exchanges=line.exchanges,
        harvest_share=None if harvest is None or not line.exchanges else harvest / line.exchanges,
        first_seen=line.first_seen.astimezone(UTC),
        last_seen=line.last_seen.astimezone(UTC),
        scanned_at=scanned_at,
        models=line.models,
        techniques=line.techniques,
        signals=tuple(sorted(positive, key=lambda item: (-item[1], item[0]))),
        replaces=line.lineage.replaces,
        shares_pool_with=line.lineage.shares_pool_with,
        takeover_s=_takeover_s(line, known),
        shares=_shares(line.facts),
        addresses=addresses,
        networks=networks,
        observables=observables,
        analysis=analysis,
    )


def _takeover_s(line: CampaignLine, known: Mapping[str, CampaignLine]) -> float | None:
    gaps = [line.first_seen - known[other].last_seen for other in line.lineage.replaces if other in known]
    return max(min(gaps), timedelta()).total_seconds() if gaps else None


def _shares(facts: Mapping[str, str]) -> dict[str, float]:
    found = {}
    for label, name in _SHARES.items():
        match = _PERCENT.fullmatch(facts.get(label, ""))
        if match is not None and float(match[1]) <= 100:
            found[name] = float(match[1]) / 100
    return found


def _addresses(facts: Mapping[str, str]) -> tuple[int | None, int | None]:
    match = _ADDRESSES.fullmatch(facts.get("addresses", ""))
    return (None, None) if match is None else (int(match[1]), int(match[2]))


def _by_campaign(observables: pa.Table | None, house: House) -> dict[str, list[DraftObservable]]:
    if observables is None:
        return {}
    missing = [name for name in OBSERVABLE_SCHEMA.names if name not in observables.column_names]
    if missing:
        raise InputError(
            f"the observables for {house.folder} lack the columns {', '.join(missing)}; scan again to have them written"
        )
    try:
        rows = observables.select(OBSERVABLE_SCHEMA.names).cast(OBSERVABLE_SCHEMA).to_pylist()
        for row in rows:
            if any(row[name] is not None and not in_reach(row[name]) for name in ("first_seen", "last_seen")):
                raise ValueError("a time lies before 1970 or after 2999")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError, OverflowError) as error:
        raise InputError(
            f"the observables for {house.folder} do not have their schema: {error}; scan again to have them written"
        ) from error
    return _grouped(rows)


def _grouped(rows: Sequence[Mapping[str, object]]) -> dict[str, list[DraftObservable]]:
    kinds = {str(kind) for kind in ObservableKind}
    held: dict[str, list[DraftObservable]] = {}
    for row in rows:
        if row["campaign_id"] is None or row["kind"] not in kinds:
            continue
        fields = {name: value for name, value in row.items() if name not in ("campaign_id", "kind")}
        one = DraftObservable(kind=ObservableKind(str(row["kind"])), **fields)  # type: ignore[arg-type]
        held.setdefault(str(row["campaign_id"]), []).append(one)
    for found in held.values():
        found.sort(key=lambda one: (-one.members, one.outsiders, -one.support, one.kind, one.value))
    return held

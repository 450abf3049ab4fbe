"""Which items of a scan a partner may match: by campaign, by kind, by how many accounts stand behind a value, and by how many innocent ones hold it too."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from revenuer.records import SPAN_OBSERVABLES, ObservableKind
from revenuer.share.matching.bands import bands_of
from revenuer.share.matching.items import BAND, SEPARATOR, PreparedItem

MIN_ACCOUNTS, MIN_MEMBERS, MAX_OUTSIDERS = 10, 5, 0

CONFIDENCE = {"high": 85, "medium": 50, "low": 15}
"""Numbers for words: STIX 2.1, appendix A, None-Low-Med-High."""


def nothing_more(kind: str, value: str) -> bool:
    """Withhold nothing beyond what the rule says."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRule:
    """`kinds`: which are offered. `confidence`: of campaigns of which confidence. `min_accounts`: of a campaign; `min_members`: of them, that must
    hold a value. `max_outsiders`: accounts in no campaign that may hold it too: beyond that it is shared egress, or a common phrase, and would
    accuse whoever has it. `bands`: whether prompt families may be matched by likeness. `withheld`: (kind, value) -> whether it stays for
    another reason (a denylist, known shared egress)."""

    kinds: frozenset[str] = frozenset(ObservableKind)
    confidence: frozenset[str] = frozenset({"high"})
    min_accounts: int = MIN_ACCOUNTS
    min_members: int = MIN_MEMBERS
    max_outsiders: int = MAX_OUTSIDERS
    bands: bool = True
    withheld: Callable[[str, str], bool] = nothing_more


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCampaign:
    """A campaign of ours: the STIX id that partners get, its confidence in a word, and how many accounts it has."""

    stix_id: str
    confidence: str
    accounts: int


def offered(
    observables: pa.Table, campaigns: Mapping[str, OfferedCampaign], rule: OfferRule
) -> list[PreparedItem]:
    """Return the items of an observables table under a rule.

    `campaigns`: by our campaign id; values of other campaigns, and of none, are not offered.
    """
    items: list[PreparedItem] = []
    spans: dict[str, list[str]] = defaultdict(list)
    passing = {name: one for name, one in campaigns.items() if _campaign_passes(one, rule)}
    for row in observables.select(["campaign_id", "kind", "value", "members", "outsiders"]).to_pylist():
        if row["campaign_id"] in passing and _value_passes(row, rule):
            items.append(_item(passing[row["campaign_id"]], row["kind"], row["value"]))
            if row["kind"] in SPAN_OBSERVABLES:
                spans[row["campaign_id"]].append(span_of(row["kind"], row["value"]))
    if rule.bands:
        items += [_item(passing[name], BAND, band) for name, held in spans.items() for band in bands_of(held)]
    return items


def span_of(kind: str, value: str) -> str:
    """Return what of a span goes into bands: a system prompt's counts apart from a prompt's."""
    return kind + SEPARATOR + value


def _item(campaign: OfferedCampaign, kind: str, value: str) -> PreparedItem:
    return PreparedItem(
        kind=kind, value=value, campaign=campaign.stix_id, confidence=CONFIDENCE[campaign.confidence]
    )


def _campaign_passes(campaign: OfferedCampaign, rule: OfferRule) -> bool:
    return (
        campaign.confidence in rule.confidence & CONFIDENCE.keys() and campaign.accounts >= rule.min_accounts
    )


def _value_passes(row: Mapping[str, object], rule: OfferRule) -> bool:
    return (
        row["kind"] in rule.kinds
        and int(str(row["members"])) >= rule.min_members
        and int(str(row["outsiders"])) <= rule.max_outsiders
        and not rule.withheld(str(row["kind"]), str(row["value"]))
    )

"""Which items of a scan a partner may match: by kind, by how many accounts stand behind a value, and by how many innocent ones hold it too."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from revenuer.records import SPAN_OBSERVABLES, ObservableKind
from revenuer.share.matching.bands import bands_of
from revenuer.share.matching.items import BAND, SEPARATOR, PreparedItem

MIN_MEMBERS = 3
MOST_OUTSIDER_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRule:
    """`kinds`: which are offered. `min_members`: accounts of the campaign that must hold a value. `most_outsider_share`: of all accounts that hold
    it, how many may be in no campaign: above that it is shared egress, or a common phrase, and would accuse whoever has it. `bands`: whether
    prompt families may be matched by likeness."""

    kinds: frozenset[str] = frozenset(ObservableKind)
    min_members: int = MIN_MEMBERS
    most_outsider_share: float = MOST_OUTSIDER_SHARE
    bands: bool = True


def offered(
    observables: pa.Table, campaigns: Mapping[str, tuple[str, int]], rule: OfferRule
) -> list[PreparedItem]:
    """Return the items of an observables table under a rule.

    `campaigns`: our campaign id -> STIX id and confidence (0 to 100); values of other campaigns, and of none, are not offered.
    """
    items: list[PreparedItem] = []
    spans: dict[str, list[str]] = defaultdict(list)
    for row in observables.select(["campaign_id", "kind", "value", "members", "outsiders"]).to_pylist():
        if row["campaign_id"] not in campaigns or not _passes(row, rule):
            continue
        campaign, confidence = campaigns[row["campaign_id"]]
        items.append(
            PreparedItem(kind=row["kind"], value=row["value"], campaign=campaign, confidence=confidence)
        )
        if row["kind"] in SPAN_OBSERVABLES:
            spans[row["campaign_id"]].append(span_of(row["kind"], row["value"]))
    if rule.bands:
        items += [
            PreparedItem(kind=BAND, value=band, campaign=campaigns[name][0], confidence=campaigns[name][1])
            for name, held in spans.items()
            for band in bands_of(held)
        ]
    return items


def span_of(kind: str, value: str) -> str:
    """Return what of a span goes into bands: a system prompt's counts apart from a prompt's."""
    return kind + SEPARATOR + value


def _passes(row: Mapping[str, object], rule: OfferRule) -> bool:
    members, outsiders = int(str(row["members"])), int(str(row["outsiders"]))
    return (
        row["kind"] in rule.kinds
        and members >= rule.min_members
        and outsiders <= rule.most_outsider_share * (members + outsiders)
    )

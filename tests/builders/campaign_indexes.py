"""Campaign indexes made by hand, of any size, without a scan."""

from collections.abc import Iterable

import numpy as np

from revenuer.detect.campaign_index import ENTRY, IndexContent, IndexedCampaign, KeyKind, KeyNote, index_key
from revenuer.detect.keyed_hash import UNKEYED, Key

MADE_AT = 1_780_000_000_000_000
SIZE = 20
POPULATION = 5_000


def campaign(name: str, *, indexed_at: int = MADE_AT, members: int = SIZE) -> IndexedCampaign:
    return IndexedCampaign(
        campaign_id=name,
        log10_e=8.5,
        confidence="high",
        first_seen=MADE_AT - 86_400_000_000,
        last_seen=MADE_AT - 3_600_000_000,
        recommended_action="Restrict all accounts together.",
        members=members,
        population=POPULATION,
        strangers=POPULATION - members,
        indexed_at=indexed_at,
    )


def entries(rows: Iterable[tuple[int, KeyKind, int]], *, members: int = 12, outsiders: int = 1) -> np.ndarray:
    """Entries of (campaign, kind, hash)."""
    listed = list(rows)
    found = np.zeros(len(listed), ENTRY)
    for at, (place, kind, value) in enumerate(listed):
        found[at] = (index_key(int(kind), np.uint64(value)), place, 0, members, outsiders, 0.25, kind)
    return found


def content(
    *names: str,
    spans: int = 5,
    key: Key = UNKEYED,
    indexed_at: int = MADE_AT,
    first_hash: int = 1000,
) -> IndexContent:
    """Campaigns `names` of SIZE accounts with `spans` spans each, no two alike, and one address that all campaigns share."""
    rows = [
        (place, KeyKind.SPAN, (first_hash + place * spans + i) << 2)
        for place in range(len(names))
        for i in range(spans)
    ]
    shared = [(place, KeyKind.IP, 77) for place in range(len(names))]
    return IndexContent(
        campaigns=tuple(campaign(name, indexed_at=indexed_at) for name in names),
        entries=entries([*rows, *shared]),
        key=KeyNote.of(key),
        made_at=indexed_at,
    )

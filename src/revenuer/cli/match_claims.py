"""What a match says, as claims: one row for each value of ours that a partner's campaign has."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.cli.inventory_values import Inventory
from revenuer.records import CLAIM_SCHEMA
from revenuer.share.expiry import valid_until
from revenuer.share.house import House
from revenuer.share.matching import BAND, FamilyMatch, Match

HOW = "match"
UNWEIGHED = 1.0
"""Source weight before our own experience with the partner is laid on it, which happens where claims are taken in."""


def claims_of(
    house: House,
    partner: str,
    marking: str,
    made_at: datetime,
    inventory: Inventory,
    matches: Sequence[Match],
    families: Sequence[FamilyMatch],
) -> pa.Table:
    """Return matches as a table with CLAIM_SCHEMA.

    A family match claims each span of our family, with the partner's confidence times the low end of the estimated Jaccard index: that much of
    the two families is common at least. A value that matched by itself too keeps the higher confidence.
    """
    sure: dict[tuple[str, str, str], int] = {}
    for match in matches:
        if match.kind != BAND:
            sure[match.kind, match.value, match.campaign] = match.confidence
    for family in families:
        confidence = round(family.confidence * family.likeness.low)
        for kind, value in inventory.families[family.family]:
            key = (kind, value, family.campaign)
            sure[key] = max(confidence, sure.get(key, 0))
    rows = [
        {
            "claim_id": house.stix_id(HOW, partner, campaign, kind, value),
            "partner": partner,
            "campaign": campaign,
            "kind": kind,
            "value": value,
            "how": HOW,
            "confidence": confidence,
            "source_weight": UNWEIGHED,
            "marking": marking,
            "first_seen": None,
            "valid_until": valid_until(kind, made_at),
        }
        for (kind, value, campaign), confidence in sorted(sure.items())
    ]
    return pa.Table.from_pylist(rows, schema=CLAIM_SCHEMA)


def claims_bytes(claims: pa.Table) -> bytes:
    """Return the table as a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(claims, sink, compression="zstd")
    return bytes(sink.getvalue())

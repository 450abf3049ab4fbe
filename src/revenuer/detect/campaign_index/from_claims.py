"""From peers' claims to the content of a campaign index, by which the guard knows who holds what they name."""

from datetime import datetime

import msgspec
import numpy as np
import pyarrow as pa

from revenuer.detect.campaign_index.content import ENTRY, IndexContent, IndexedCampaign, KeyNote
from revenuer.detect.campaign_index.keys import KeyKind, fingerprint_key, index_key
from revenuer.detect.fingerprints import SPAN, SYSTEM
from revenuer.detect.keyed_hash import Key
from revenuer.detect.span_text import NUMBER, spans_of
from revenuer.detect.string_hash import hash_string
from revenuer.records import SPAN_OBSERVABLES, InputError, ObservableKind

CLAIMED = "claimed"
"""The confidence of a claim: none of ours."""


def index_claims(claims: pa.Table, key: Key, now: datetime) -> IndexContent:
    """Return the valid rows of `claims` (CLAIM_SCHEMA), hashed under `key`, one entry of `campaigns` for each peer's campaign."""
    made_at = round(now.timestamp() * 1e6)
    groups: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in claims.to_pylist():
        if row["valid_until"] is None or row["valid_until"] > now:
            groups.setdefault((row["partner"], row["campaign"]), []).append(row)
    ordered = sorted(groups.items())
    entries = [(place, kind, at) for place, (_, rows) in enumerate(ordered) for kind, at in _keys(rows, key)]
    found = np.zeros(len(entries), ENTRY)
    for i, (place, kind, at) in enumerate(entries):
        found[i] = (at, place, 0, 1, 0, 1.0, kind)
    return IndexContent(
        campaigns=tuple(_campaign(partner, name, made_at) for (partner, name), _ in ordered),
        entries=found,
        key=KeyNote.of(key),
        made_at=made_at,
    )


def with_claims(found: IndexContent, claims: IndexContent) -> IndexContent:
    """Return an index of our own campaigns with peers' claims beside them; older claims in `found` are replaced. Raises InputError unless both are under
    one key."""
    if found.key != claims.key:
        raise InputError(
            "the index is hashed under another key than the claims would be: give --key-file with the key of the scan"
        )
    ours = [place for place, campaign in enumerate(found.campaigns) if not campaign.claimed_by]
    place_of = np.full(len(found.campaigns) + 1, -1, np.int32)
    place_of[ours] = np.arange(len(ours))
    kept = found.entries[place_of[found.entries["campaign"]] >= 0].copy()
    kept["campaign"] = place_of[kept["campaign"]]
    added = claims.entries.copy()
    added["campaign"] += len(ours)
    return msgspec.structs.replace(
        found,
        campaigns=(*(found.campaigns[place] for place in ours), *claims.campaigns),
        entries=np.concatenate([kept, added]),
    )


def _keys(rows: list[dict[str, object]], key: Key) -> list[tuple[int, int]]:
    found = set()
    for row in rows:
        kind, value = ObservableKind(str(row["kind"])), str(row["value"])
        if kind in SPAN_OBSERVABLES:
            code = SPAN if kind is ObservableKind.SPAN else SYSTEM
            for fingerprint, _ in spans_of(value.replace(NUMBER, "0"), key, code):
                unsigned = np.uint64(fingerprint & 0xFFFFFFFFFFFFFFFF)
                found.add((code + 1, int(fingerprint_key(unsigned))))
        else:
            at = KeyKind[kind.name]
            found.add((int(at), int(index_key(int(at), np.uint64(hash_string(value, key))))))
    return sorted(found)


def _campaign(partner: str, name: str, made_at: int) -> IndexedCampaign:
    return IndexedCampaign(
        campaign_id=f"{partner}:{name}",
        log10_e=0.0,
        confidence=CLAIMED,
        first_seen=made_at,
        last_seen=made_at,
        recommended_action="None: a claim is no evidence.",
        members=1,
        population=1,
        strangers=0,
        indexed_at=made_at,
        claimed_by=partner,
    )

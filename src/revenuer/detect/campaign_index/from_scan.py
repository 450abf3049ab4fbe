"""From a finished scan to the content of its campaign index."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.campaign_index.content import ENTRY, IndexContent, IndexedCampaign, KeyNote
from revenuer.detect.campaign_index.keys import KeyKind, index_keys
from revenuer.detect.campaign_index.spans import Members, find_spans
from revenuer.detect.campaign_index.values import REGISTERED, logged_values, registered_values
from revenuer.detect.keyed_hash import Key
from revenuer.detect.string_hash import hash_strings
from revenuer.engine import Engine
from revenuer.records import Campaign, ScanResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """How the scan's sketches are hashed: `note` says under which key, `key` is that key where we hold it.

    Account ids and the account table are not in the sketches: without `key` they cannot be hashed alike, and are left out.
    """

    note: KeyNote
    key: Key | None

    @classmethod
    def under(cls, key: Key) -> "Hashing":
        return cls(note=KeyNote.of(key), key=key)


def index_campaigns(engine: Engine, result: ScanResult, hashing: Hashing, now: datetime) -> IndexContent:
    """Return what a guard needs to know again the campaigns of `result`. Sanctioned use is not indexed.

    Needs the tables that `scan` leaves in `engine`: sketch, ex, account_code, prompts_of, registry. It reads the sketches twice, and
    changes no table of theirs.
    """
    made_at = _micros(now)
    if not result.campaigns:
        return IndexContent(campaigns=(), entries=np.zeros(0, ENTRY), key=hashing.note, made_at=made_at)
    ids = engine.query("SELECT account_id FROM account_code ORDER BY acct")["account_id"].combine_chunks()
    campaign = _campaign_of(result.campaigns, ids)
    engine.register(
        "indexed",
        pa.table(
            {
                "acct": pa.array(np.arange(len(ids)), pa.int32()),
                "campaign": pa.array(campaign, mask=campaign < 0),
            }
        ),
    )
    strangers = ids.filter(pa.array(campaign < 0))
    entries = [
        find_spans(engine, _members(engine, ids, campaign), strangers),
        logged_values(engine),
    ]
    if hashing.key is not None:
        entries += [
            _member_entries(ids, campaign, hashing.key),
            registered_values(_registry(engine), campaign, hashing.key),
        ]
    left_out = () if hashing.key is not None else ("account_id", *(kind.name.lower() for kind in REGISTERED))
    return IndexContent(
        campaigns=tuple(_indexed(c, len(ids), len(strangers), made_at) for c in result.campaigns),
        entries=np.concatenate(entries),
        key=hashing.note,
        made_at=made_at,
        left_out=left_out,
    )


def _campaign_of(campaigns: tuple[Campaign, ...], ids: pa.Array) -> np.ndarray:
    """Return (N,) the place of each account's campaign, -1 for none."""
    found = np.full(len(ids), -1)
    for place, campaign in enumerate(campaigns):
        found[np.asarray(pc.index_in(pa.array(campaign.accounts), value_set=ids))] = place
    return found


def _members(engine: Engine, ids: pa.Array, campaign: np.ndarray) -> Members:
    rows = engine.query("SELECT acct, prompts FROM prompts_of")
    prompts = np.zeros(len(ids), np.int64)
    prompts[rows["acct"].to_numpy()] = rows["prompts"].to_numpy()
    order = np.argsort(campaign, kind="stable")
    order = order[campaign[order] >= 0]
    return Members(
        ids=ids.take(pa.array(order)),
        starts=np.searchsorted(campaign[order], np.arange(campaign.max() + 2)),
        prompts=prompts[order],
    )


def _member_entries(ids: pa.Array, campaign: np.ndarray, key: Key) -> np.ndarray:
    """Return an entry for each member. It holds for the whole campaign, which is what all members together are known by."""
    members = np.flatnonzero(campaign >= 0)
    entries = np.zeros(len(members), ENTRY)
    entries["kind"] = KeyKind.MEMBER
    entries["key"] = index_keys(entries["kind"], hash_strings(ids.take(pa.array(members)), key))
    entries["campaign"] = campaign[members]
    entries["members"] = np.bincount(campaign[members])[campaign[members]]
    entries["support"] = 1.0
    return entries


def _registry(engine: Engine) -> pa.Table:
    """Return one row of the account table for each account of the log, in code order."""
    names = [kind.name.lower() for kind in REGISTERED]
    columns = ", ".join(f"max(r.{name}) AS {name}" for name in names)
    return engine.query(
        f"SELECT c.acct, {columns} FROM account_code c LEFT JOIN registry r ON c.account_id = r.account_id "
        "GROUP BY c.acct ORDER BY c.acct"
    )


def _indexed(campaign: Campaign, population: int, strangers: int, made_at: int) -> IndexedCampaign:
    return IndexedCampaign(
        campaign_id=campaign.campaign_id,
        log10_e=float(campaign.log10_e),
        confidence=campaign.confidence.value,
        first_seen=_micros(campaign.first_seen),
        last_seen=_micros(campaign.last_seen),
        recommended_action=campaign.recommended_action,
        members=len(campaign.accounts),
        population=population,
        strangers=strangers,
        indexed_at=made_at,
    )


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)

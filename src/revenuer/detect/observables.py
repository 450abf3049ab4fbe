"""From hashes back to what was hashed: the values and spans of a log, in the clear, that campaigns are known by or accounts hold in common.

Sketches hold hashes only. Where the log itself is at hand its values are hashed once more, and those that are asked for are kept.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from revenuer.detect.addresses import addresses
from revenuer.detect.campaign_index import IndexContent, KeyKind
from revenuer.detect.campaign_index.keys import index_keys, value_of_key
from revenuer.detect.campaign_index.values import REGISTERED
from revenuer.detect.fingerprints import BAND, KIND_BITS
from revenuer.detect.identity import MAX_HOLDERS_SHARE, MIN_MAX_HOLDERS
from revenuer.detect.keyed_hash import Key
from revenuer.detect.span_text import SpanText, span_texts
from revenuer.detect.string_hash import hash_strings
from revenuer.engine import Engine
from revenuer.records import OBSERVABLE_SCHEMA, ObservableKind

LOGGED = {
    KeyKind.IP: "client_ip", KeyKind.IP_PREFIX: "client_ip", KeyKind.TLS_FINGERPRINT: "tls_fingerprint",
    KeyKind.USER_AGENT: "user_agent",
}  # fmt: skip
"""Columns of the log that hold the values of a kind."""
ADDRESSES = (KeyKind.IP, KeyKind.SIGNUP_IP)
SPANS = {KeyKind.SPAN: ObservableKind.SPAN, KeyKind.SYSTEM: ObservableKind.SYSTEM_SPAN}
LEAST_SENDERS = 3
MOST_SPANS = 20_000
_KIND = (1 << KIND_BITS) - 1


def campaign_observables(engine: Engine, content: IndexContent, key: Key, *, has_text: bool) -> pa.Table:
    """Return, as OBSERVABLE_SCHEMA, the values and spans that `content` knows its campaigns by.

    `key` is what the engine's sketches are hashed under. Needs the tables that `index_campaigns` leaves. Of a log of sketches
    (not `has_text`) only the account table is in the clear. MinHash bands stand for whole prompts and members for accounts: neither is told.
    """
    rows: list[dict[str, object]] = []
    kinds = (*LOGGED, *REGISTERED) if has_text else REGISTERED
    for kind in kinds:
        own = content.entries[content.entries["kind"] == kind]
        if len(own):
            held = _held(engine, kind)
            keys = index_keys(np.full(held.num_rows, kind), hash_strings(held["value"].combine_chunks(), key))
            rows += _known(
                content, own, dict(zip(keys.tolist(), held.to_pylist(), strict=True)), kind.name.lower()
            )
    for kind, name in SPANS.items() if has_text else ():
        own = content.entries[content.entries["kind"] == kind]
        if len(own):
            rows += _known(content, own, _spans_by_key(engine, own, kind, key), name)
    return _table(rows)


def inventory(engine: Engine, size: int, key: Key, *, least: int = 1) -> pa.Table:
    """Return, as OBSERVABLE_SCHEMA without campaigns, what the log's accounts are known by, guilty or not.

    Identity values of `least` holders or more (one account of an operator's may be all that is here), and the MOST_SPANS spans that most accounts
    send, LEAST_SENDERS or more; both up to where so many hold it that it can link nobody (`size` accounts in all). Sketches are hashed
    under `key`. Needs the tables `exchange`, `sketch` and `registry`.
    """
    cap = max(MIN_MAX_HOLDERS, int(MAX_HOLDERS_SHARE * size))
    rows = [
        _row(None, kind.name.lower(), held, held["holders"], 0, 1.0)
        for kind in (*LOGGED, *REGISTERED)
        for held in _held(engine, kind).to_pylist()
        if least <= held["holders"] <= cap
    ]
    return _table(rows + list(_span_rows(engine, cap, key)))


def _span_rows(engine: Engine, cap: int, key: Key) -> Iterator[dict[str, object]]:
    sent = engine.query(
        f"""SELECT fingerprint, count(*) AS senders FROM
        (SELECT DISTINCT account_id, unnest(fingerprints) AS fingerprint FROM sketch) WHERE fingerprint & {_KIND} != {BAND}
        GROUP BY fingerprint HAVING count(*) BETWEEN {LEAST_SENDERS} AND {cap} ORDER BY senders DESC, fingerprint LIMIT {MOST_SPANS}"""
    )
    known = span_texts(engine, sent["fingerprint"].to_numpy(), key)
    told = set()
    for fingerprint, senders in zip(
        sent["fingerprint"].to_pylist(), sent["senders"].to_pylist(), strict=True
    ):
        text = known.get(fingerprint)
        kind = SPANS[KeyKind((fingerprint & _KIND) + 1)]
        if text is not None and (kind, text.words) not in told:
            told.add((kind, text.words))
            yield _row(None, kind, _as_held(text), senders, 0, 1.0)


def _held(engine: Engine, kind: KeyKind) -> pa.Table:
    """Return (value, holders, first, last) of every value of a kind, spelt as sketches spell it; times null where only the account table
    states it."""
    if kind in LOGGED:
        column, times = LOGGED[kind], "min(timestamp) AS first, max(timestamp) AS last"
        rows = engine.query(
            f"SELECT {column} AS value, account_id, {times} FROM exchange WHERE {column} IS NOT NULL GROUP BY ALL"
        )
    else:
        name = kind.name.lower()
        none = "CAST(NULL AS TIMESTAMPTZ)"
        rows = engine.query(
            f"SELECT {name} AS value, account_id, {none} AS first, {none} AS last FROM registry WHERE {name} IS NOT NULL"
        )
    if kind in ADDRESSES or kind is KeyKind.IP_PREFIX:
        whole, network = addresses(rows["value"].combine_chunks())
        rows = rows.set_column(0, "value", network if kind is KeyKind.IP_PREFIX else whole)
    grouped = rows.group_by("value").aggregate(
        [("account_id", "count_distinct"), ("first", "min"), ("last", "max")]
    )
    return grouped.rename_columns(["value", "holders", "first", "last"]).sort_by("value")


def _spans_by_key(engine: Engine, own: np.ndarray, kind: KeyKind, key: Key) -> dict[int, dict[str, object]]:
    """Return what each key of the entries `own` stands for."""
    keys = np.unique(own["key"])
    fingerprints = np.array([value_of_key(kind, int(at)) for at in keys], np.uint64).view(np.int64)
    texts = span_texts(engine, fingerprints, key)
    return {
        int(at): _as_held(texts[fingerprint])
        for at, fingerprint in zip(keys, fingerprints.tolist(), strict=True)
        if fingerprint in texts
    }


def _known(
    content: IndexContent, entries: np.ndarray, held: dict[int, dict[str, object]], kind: str
) -> Iterator[dict[str, object]]:
    for entry in entries:
        found = held.get(int(entry["key"]))
        if found is not None:
            campaign = content.campaigns[entry["campaign"]].campaign_id
            yield _row(campaign, kind, found, entry["members"], entry["outsiders"], entry["support"])


def _as_held(text: SpanText) -> dict[str, object]:
    first, last = (datetime.fromtimestamp(t / 1e6, UTC) for t in (text.first, text.last))
    return {"value": text.words, "first": first, "last": last}


def _row(
    campaign: str | None, kind: str, held: dict[str, object], members: int, outsiders: int, support: float
) -> dict[str, object]:
    return {
        "campaign_id": campaign,
        "kind": kind,
        "value": held["value"],
        "members": int(members),
        "outsiders": int(outsiders),
        "support": float(support),
        "first_seen": held["first"],
        "last_seen": held["last"],
    }


def _table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, OBSERVABLE_SCHEMA)

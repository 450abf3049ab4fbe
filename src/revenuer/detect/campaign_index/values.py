"""Which identity values members of a campaign share and strangers hardly hold.

What counts as an account's own value, and when a value is too common to link anybody, is as in detect/identity.py. A member holds an
address if a tenth of its requests come from there; a stranger counts if it ever came from there.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.addresses import addresses
from revenuer.detect.campaign_index.content import ENTRY
from revenuer.detect.campaign_index.keys import KeyKind, index_keys
from revenuer.detect.identity import MAX_HOLDERS_SHARE, MIN_MAX_HOLDERS, MIN_USE
from revenuer.detect.keyed_hash import Key
from revenuer.detect.string_hash import hash_strings
from revenuer.engine import Engine

MIN_MEMBERS = 2
"""A value of one member is its own affair."""
RATIO = 2
"""Members that hold the value, per stranger, counting one stranger more than was seen: most who come with it belong."""

LOGGED = (KeyKind.IP, KeyKind.IP_PREFIX, KeyKind.TLS_FINGERPRINT, KeyKind.USER_AGENT)
REGISTERED = (KeyKind.PAYMENT_FINGERPRINT, KeyKind.SIGNUP_IP, KeyKind.EMAIL_DOMAIN)


def logged_values(engine: Engine) -> np.ndarray:
    """Return the entries (ENTRY) of values that requests carry. Needs the tables `ex` and `indexed` (acct, campaign; null for a stranger).

    They are hashes already, under the key of the sketches.
    """
    return np.concatenate([_logged(engine, kind) for kind in LOGGED])


def _logged(engine: Engine, kind: KeyKind) -> np.ndarray:
    name = kind.name.lower()
    rows = engine.query(
        f"""WITH used AS (SELECT acct, {name} AS value, count(*) AS c FROM ex WHERE {name} IS NOT NULL GROUP BY ALL),
        mine AS (SELECT acct, campaign, value, c >= {MIN_USE} * sum(c) OVER (PARTITION BY acct) AS own
            FROM used JOIN indexed USING (acct)),
        held AS (SELECT campaign, value, count(*) AS members FROM mine WHERE campaign IS NOT NULL AND own GROUP BY ALL
            HAVING count(*) >= {MIN_MEMBERS}),
        outside AS (SELECT value, count(*) AS outsiders FROM mine WHERE campaign IS NULL AND value IN (SELECT value FROM held)
            GROUP BY value)
        SELECT campaign, value, members, coalesce(outsiders, 0) AS outsiders FROM held LEFT JOIN outside USING (value)
        ORDER BY campaign, value"""
    )
    return _entries(
        kind,
        rows["campaign"].to_numpy(),
        rows["value"].to_numpy().view(np.uint64),
        rows["members"].to_numpy(),
        rows["outsiders"].to_numpy(),
        engine.query("SELECT count(*) AS n FROM indexed")["n"][0].as_py(),
    )


def registered_values(registry: pa.Table, campaign: np.ndarray, key: Key) -> np.ndarray:
    """Return the entries (ENTRY) of values that the account table states; `registry` and `campaign` (-1 = none) are parallel."""
    return np.concatenate([_registered(registry, kind, campaign, key) for kind in REGISTERED])


def _registered(registry: pa.Table, kind: KeyKind, campaign: np.ndarray, key: Key) -> np.ndarray:
    column = registry[kind.name.lower()].combine_chunks()
    if kind is KeyKind.SIGNUP_IP:
        column, _ = addresses(column)
    coded = column.dictionary_encode()
    value = np.asarray(coded.indices.fill_null(-1)).astype(np.int64)
    outsiders = np.bincount(value[(value >= 0) & (campaign < 0)], minlength=len(coded.dictionary))
    known = (value >= 0) & (campaign >= 0)
    pairs, members = np.unique(np.column_stack([campaign[known], value[known]]), axis=0, return_counts=True)
    held = members >= MIN_MEMBERS
    pairs, members = pairs[held], members[held]
    hashes = hash_strings(pc.take(coded.dictionary, pa.array(pairs[:, 1])), key)
    return _entries(kind, pairs[:, 0], hashes, members, outsiders[pairs[:, 1]], len(campaign))


def _entries(
    kind: KeyKind,
    campaign: np.ndarray,
    hashes: np.ndarray,
    members: np.ndarray,
    outsiders: np.ndarray,
    population: int,
) -> np.ndarray:
    cap = max(MIN_MAX_HOLDERS, int(MAX_HOLDERS_SHARE * population))
    rare = (members >= RATIO * (outsiders + 1)) & (outsiders <= cap)
    entries = np.zeros(int(rare.sum()), ENTRY)
    entries["kind"] = kind
    entries["key"] = index_keys(entries["kind"], hashes[rare])
    entries["campaign"] = campaign[rare]
    entries["members"] = members[rare]
    entries["outsiders"] = outsiders[rare]
    entries["support"] = 1.0
    return entries

"""Who in a log holds what peers claim."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.families import match_batch, possible
from revenuer.detect.fingerprints import SPAN, SYSTEM
from revenuer.detect.identity import MAX_HOLDERS_SHARE, MIN_MAX_HOLDERS
from revenuer.detect.keyed_hash import Key
from revenuer.detect.population import Population
from revenuer.detect.span_text import NUMBER, spans_of
from revenuer.detect.string_hash import hash_strings
from revenuer.engine import Engine
from revenuer.records import SPAN_OBSERVABLES, ObservableKind

MOST_LOG10 = 1.0
"""A claim of a source that was never wrong makes a group ten times as likely; of others less (`source_weight`)."""
_LOGGED = {
    ObservableKind.IP: "ip", ObservableKind.IP_PREFIX: "ip_prefix", ObservableKind.TLS_FINGERPRINT: "tls_fingerprint",
    ObservableKind.USER_AGENT: "user_agent",
}  # fmt: skip
_MATCHES = pa.schema([("account_id", pa.string()), ("fingerprint", pa.int64())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What one peer says of one campaign of its own, and who holds what it named: `accounts` (sorted codes). `values`: how many of its
    values this log knows. `log10_prior`: by how much a group that carries it becomes more likely."""

    partner: str
    campaign: str
    marking: str
    accounts: np.ndarray
    values: int
    log10_prior: float


def find_claimed(engine: Engine, claims: pa.Table, population: Population, key: Key) -> tuple[Claimed, ...]:
    """Return the claims (CLAIM_SCHEMA) of which somebody in the log holds a value, one entry a peer's campaign.

    Left out: what expired before the log begins, and values that more accounts hold than can mean anything (the cap of
    detect/identity.py). `key` is what the engine's sketches are hashed under. Needs the tables of `build_population`.
    """
    if not claims.num_rows or not population.size:
        return ()
    begin = pa.scalar(int(population.first.min()), pa.timestamp("us", tz="UTC"))
    valid = claims.filter(
        pc.or_kleene(pc.is_null(claims["valid_until"]), pc.greater_equal(claims["valid_until"], begin))
    )
    cap = max(MIN_MAX_HOLDERS, int(MAX_HOLDERS_SHARE * population.size))
    held = {
        value: accounts
        for value, accounts in _holders(engine, valid, population, key).items()
        if 0 < len(accounts) <= cap
    }
    found: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in valid.to_pylist():
        if (row["kind"], row["value"]) in held:
            found.setdefault((row["partner"], row["campaign"]), []).append(row)
    # Not by name: peers draw the names of their campaigns, and what a scan finds must not hang on them.
    return tuple(
        sorted(
            (_claimed(rows, held) for rows in found.values()),
            key=lambda one: (-len(one.accounts), one.accounts.tolist()),
        )
    )


def _claimed(rows: list[dict[str, object]], held: dict[tuple[str, str], np.ndarray]) -> Claimed:
    values = {(str(row["kind"]), str(row["value"])) for row in rows}
    return Claimed(
        partner=str(rows[0]["partner"]),
        campaign=str(rows[0]["campaign"]),
        marking=str(rows[0]["marking"]),
        accounts=np.unique(np.concatenate([held[value] for value in values])),
        values=len(values),
        log10_prior=MOST_LOG10
        * float(np.clip(max(float(str(row["source_weight"])) for row in rows), 0.0, 1.0)),
    )


def _holders(
    engine: Engine, claims: pa.Table, population: Population, key: Key
) -> dict[tuple[str, str], np.ndarray]:
    """Return (kind, value) -> the accounts that hold it, for every claimed value."""
    found: dict[tuple[str, str], np.ndarray] = {}
    for kind in ObservableKind:
        values = pc.unique(claims.filter(pc.equal(claims["kind"], kind.value))["value"]).to_pylist()
        if not values:
            continue
        if kind in SPAN_OBSERVABLES:
            pairs = _senders(engine, values, kind, population, key)
        elif kind in _LOGGED:
            pairs = _users(engine, values, _LOGGED[kind], key)
        else:
            column = population.registry[kind.value].to_pylist()
            wanted = set(values)
            pairs = ((value, code) for code, value in enumerate(column) if value in wanted)
        accounts: dict[str, set[int]] = {}
        for value, code in pairs:
            accounts.setdefault(value, set()).add(code)
        found |= {(kind.value, value): np.array(sorted(codes)) for value, codes in accounts.items()}
    return found


def _users(engine: Engine, values: list[str], column: str, key: Key) -> Iterable[tuple[str, int]]:
    hashes = hash_strings(pa.array(values, pa.string()), key).view(np.int64)
    of = dict(zip(hashes.tolist(), values, strict=True))
    engine.register("claimed_value", pa.table({"value": hashes}))
    rows = engine.query(
        f"SELECT DISTINCT acct, {column} AS value FROM ex WHERE {column} IN (SELECT value FROM claimed_value)"
    )
    return ((of[row["value"]], row["acct"]) for row in rows.to_pylist())


def _senders(
    engine: Engine, values: list[str], kind: ObservableKind, population: Population, key: Key
) -> Iterable[tuple[str, int]]:
    code = SPAN if kind is ObservableKind.SPAN else SYSTEM
    of = {}
    for words in values:
        for fingerprint, _ in spans_of(words.replace(NUMBER, "0"), key, code):
            of[fingerprint] = words
    if not of:
        return ()
    wanted = np.sort(np.array(list(of), np.int64))
    filter_ = possible(wanted)
    engine.map_batches(
        "claim_match",
        "SELECT account_id, fingerprints FROM sketch",
        lambda batch: match_batch(batch, wanted, filter_),
        _MATCHES,
    )
    rows = engine.query(
        "SELECT DISTINCT c.acct, m.fingerprint FROM claim_match m JOIN account_code c ON c.account_id = m.account_id"
    )
    engine.drop("claim_match")
    return ((of[row["fingerprint"]], row["acct"]) for row in rows.to_pylist())

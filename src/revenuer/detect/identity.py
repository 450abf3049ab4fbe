"""Identity attributes that accounts share, each weighted by how common the value is in this log.

Sharing a value that a share p of all accounts has is worth log10(1 / p): what a chance match would be worth. Offices, carriers, VPN
exits and stock clients are common values and weigh little; a value held by too many accounts links nobody.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from revenuer.detect.holders import Holders
from revenuer.engine import Engine

STRONG = ("payment_fingerprint", "signup_ip", "ip")
WEAK = ("tls_fingerprint", "user_agent", "ip_prefix", "email_domain")
ATTRIBUTES = STRONG + WEAK
KINDS_OF_VALUE = (
    ("payment_fingerprint",), ("signup_ip", "ip", "ip_prefix"), ("tls_fingerprint", "user_agent"), ("email_domain",),
)  # fmt: skip
"""Attributes that tell the same story: of each kind the best shared value counts."""
MAX_HOLDERS_SHARE = 0.02
MIN_MAX_HOLDERS = 200
"""A value that more than max(200, 2 % of accounts) hold links nobody (popularity cap)."""
MAX_WEIGHT = {
    "payment_fingerprint": 4.0, "signup_ip": 2.5, "ip": 2.5, "tls_fingerprint": 1.0, "user_agent": 0.5, "ip_prefix": 1.0,
    "email_domain": 1.0,
}  # fmt: skip
"""Most that one shared value may count, in log10: offices share addresses, stock clients share handshakes."""
MIN_USE = 0.1
"""A request-level value is an account's own when at least this share of its requests carries it."""
NEIGHBOURS = 8
"""Holders of one value are linked each to this many others (a random regular graph), not each to all."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """`values` per attribute: parallel arrays (account, value, holders), account ascending; `source`, `target`, `weight`,
    `attribute`: links between accounts, weight in log10; `missing`: attributes of which the log knows nothing."""

    values: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    attribute: np.ndarray
    missing: tuple[str, ...]

    @cached_property
    def holders(self) -> dict[str, Holders]:
        """`values` indexed by account and by value; made when first asked for."""
        return {name: Holders.build(account, value) for name, (account, value, _) in self.values.items()}


def read_identity(engine: Engine, size: int, registry: pa.Table, rng: np.random.Generator) -> Identity:
    """Return shared identity values and links from the table `ex` and the account table's rows in code order."""
    values: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    missing, parts = [], []
    cap = max(MIN_MAX_HOLDERS, int(MAX_HOLDERS_SHARE * size))
    for code, attribute in enumerate(ATTRIBUTES):
        if attribute in registry.column_names:
            account, value = _registered(registry, attribute)
        else:
            account, value = _logged(engine, attribute)
        if not len(account):
            missing.append(attribute)
            continue
        _, index, holders = np.unique(value, return_inverse=True, return_counts=True)
        values[attribute] = (account, index, holders[index])
        source, target, shared = _link(account, index, holders, cap, rng)
        weight = np.minimum(np.log10(size / shared), MAX_WEIGHT[attribute])
        parts.append((source, target, weight, np.full(len(source), code)))
    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
    source, target, weight, attribute_code = (
        np.concatenate(columns) for columns in zip(*parts or [empty], strict=True)
    )
    return Identity(
        values=values,
        source=source,
        target=target,
        weight=weight,
        attribute=attribute_code,
        missing=tuple(missing),
    )


def _registered(registry: pa.Table, attribute: str) -> tuple[np.ndarray, np.ndarray]:
    encoded = registry[attribute].combine_chunks().dictionary_encode()
    index = np.asarray(encoded.indices.fill_null(-1)).astype(np.int64)
    account = np.flatnonzero(index >= 0)
    return account, index[account]


def _logged(engine: Engine, attribute: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (account, value) for values that carry at least MIN_USE of an account's requests."""
    rows = engine.query(
        f"WITH used AS (SELECT acct, {attribute} AS value, count(*) AS c FROM ex WHERE {attribute} IS NOT NULL GROUP BY ALL), "
        "total AS (SELECT acct, sum(c) AS s FROM used GROUP BY acct) "
        f"SELECT used.acct, value FROM used JOIN total USING (acct) WHERE c >= {MIN_USE} * s ORDER BY acct, value"
    )
    return rows["acct"].to_numpy().astype(np.int64), rows["value"].to_numpy()


def _link(
    account: np.ndarray, index: np.ndarray, holders: np.ndarray, cap: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (source, target, holders) pairs between accounts that hold one value, for values of 2..cap holders."""
    fit = (holders[index] >= 2) & (holders[index] <= cap)
    account, index = account[fit], index[fit]
    order = np.lexsort((rng.permutation(len(index)), index))
    account, index = account[order], index[order]
    sources, targets, shared = [], [], []
    for step in range(1, NEIGHBOURS // 2 + 1):
        same = index[step:] == index[:-step]
        sources.append(account[:-step][same])
        targets.append(account[step:][same])
        shared.append(holders[index[step:][same]])
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(shared)

"""Sorts accounts into segments that a person can talk about: the truth's archetypes, or plan, verification, use and shape of traffic."""

from collections.abc import Mapping

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.guard.event import Registered
from revenuer.guard.policy.policy import UNKNOWN_PLAN
from revenuer.guard.replay.exchange_query import exchange_query

FEW = 20
"""Requests in the whole log below which nothing is said of an account's shape."""
AUTOMATION_HOURS = 20
"""Hours of the day, over the whole log, from which no person is behind an account: people sleep."""
AUTOMATION_PER_DAY = 200
MANY_SESSIONS_PER_DAY = 20
SEGMENT_SCHEMA = pa.schema([pa.field("account_id", pa.string()), pa.field("segment", pa.string())])


def by_archetype(truth: pa.Table) -> pa.Table:
    """Return account_id and segment from a simulated log's truth: its archetype, said to be a campaign's where it is."""
    names = [
        f"{archetype} ({role})" if role != "honest" else archetype
        for archetype, role in zip(truth["archetype"].to_pylist(), truth["role"].to_pylist(), strict=True)
    ]
    columns = [truth["account_id"].combine_chunks(), pa.array(names, pa.string())]
    return pa.Table.from_arrays(columns, schema=SEGMENT_SCHEMA)


def by_shape(engine: Engine, registered: Mapping[str, Registered]) -> pa.Table:
    """Return account_id and segment for every account of the log: plan, verification, declared use, shape of its traffic.

    The shapes (few requests, automation, many sessions, one person) only describe: no policy knows them.
    """
    log = exchange_query(engine, ("account_id", "timestamp", "session_id"))
    shapes = engine.query(
        f"""
        SELECT account_id, CASE
            WHEN requests < {FEW} THEN 'few requests'
            WHEN hours >= {AUTOMATION_HOURS} OR requests / days >= {AUTOMATION_PER_DAY} THEN 'automation'
            WHEN sessions / days >= {MANY_SESSIONS_PER_DAY} THEN 'many sessions'
            ELSE 'one person' END AS shape
        FROM (
            SELECT account_id, count(*) AS requests, count(DISTINCT timestamp // 3600000000 % 24) AS hours,
                count(DISTINCT session_id) AS sessions,
                1 + max(timestamp // 86400000000) - min(timestamp // 86400000000) AS days
            FROM ({log}) GROUP BY account_id
        )
        """
    )
    accounts = shapes["account_id"].to_pylist()
    segments = [
        f"{_known(registered.get(account))}, {shape}"
        for account, shape in zip(accounts, shapes["shape"].to_pylist(), strict=True)
    ]
    return pa.table({"account_id": accounts, "segment": segments}, schema=SEGMENT_SCHEMA)


def _known(who: Registered | None) -> str:
    if who is None:
        return "not registered"
    parts = [who.plan or f"plan {UNKNOWN_PLAN}", f"verified {who.verification or 'none'}"]
    return ", ".join([*parts, who.declared_use[:40]] if who.declared_use else parts)

"""Numbers about candidate groups that need the request table: one pass for all groups at once."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from revenuer.detect.group_counts import count_held
from revenuer.detect.intent import THRESHOLDS
from revenuer.engine import Engine

TOOLING = ("user_agent", "max_tokens", "temperature", "stream", "n", "logprobs")
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
SHARES = {
    "opening_share": "turn = 0", "refusal_share": "finish_reason = 'refusal'", "tool_share": "tool_count > 0",
    "distribution_share": "logprobs OR n > 1", "system_share": "system_prompt IS NOT NULL",
}  # fmt: skip
"""Shares of a group's requests, and which requests they count."""
VARIETY = {
    "system_prompts": "system_prompt", "addresses": "ip", "prefixes": "ip_prefix", "agents": "user_agent",
}  # fmt: skip
"""Numbers of different values, and the columns that they count."""

Columns = dict[str, Sequence[float] | np.ndarray]
"""Facts by name, each in the order of the groups, or of the group numbers `g` where some groups have none."""


def read_group_facts(engine: Engine, groups: list[np.ndarray], origin: int) -> list[dict[str, float]]:
    """Return one dict of facts for each group of account codes. Needs the tables `ex` and `described`."""
    if not groups:
        return []
    register_groups(engine, groups)
    facts: list[dict[str, float]] = [{} for _ in groups]
    for columns in (
        _sums(engine, groups),
        _distinct(engine, groups),
        _collisions(engine, groups),
        _by_group(_tooling(engine)),
        _by_group(_pivot(engine, origin)),
        _by_group(_failover(engine)),
    ):
        number = columns.pop("g", range(len(groups)))
        for row, g in enumerate(number):
            facts[g].update({name: float(values[row] or 0.0) for name, values in columns.items()})
    return facts


def register_groups(engine: Engine, groups: list[np.ndarray]) -> None:
    """Make `groups` of account codes readable as the table `grp` (g, acct)."""
    number = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    engine.register(
        "grp",
        pa.table({"g": pa.array(number, pa.int32()), "acct": pa.array(np.concatenate(groups), pa.int32())}),
    )


def _by_group(table: pa.Table) -> Columns:
    columns: Columns = table.to_pydict()
    return columns


def _sums(engine: Engine, groups: list[np.ndarray]) -> Columns:
    """Requests, prompts and shares of requests. Accounts are summed up first: a request would else count once for every group."""
    intents = ", ".join(
        f"count({name}) AS {name}_known, count(CASE WHEN {name} > {threshold} THEN 1 END) AS {name}_share"
        for name, threshold in THRESHOLDS.items()
    )
    shares = ", ".join(
        f"count(CASE WHEN {condition} THEN 1 END) AS {name}" for name, condition in SHARES.items()
    )
    rows = engine.query(
        f"""SELECT acct, count(*) AS requests, count(prompt) AS prompts, min(t) AS first, max(t) AS last,
        CAST(sum(CAST(coalesce(output_tokens, 0) AS BIGINT)) AS BIGINT) AS output_tokens, {shares}, {intents}
        FROM ex WHERE acct IN (SELECT acct FROM grp) GROUP BY acct ORDER BY acct"""
    )
    at = np.searchsorted(rows["acct"].to_numpy(), np.concatenate(groups))
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    column = {name: rows[name].to_numpy()[at] for name in rows.column_names}
    ends = {
        "first": np.minimum.reduceat(column["first"], starts), "last": np.maximum.reduceat(column["last"], starts),
    }  # fmt: skip
    total = {name: np.add.reduceat(values, starts) for name, values in column.items() if name not in ends}
    return {
        **{name: total[name] for name in ("requests", "prompts", "output_tokens")},
        **ends,
        **{name: total[name] / total["requests"] for name in SHARES},
        **{
            f"{name}_share": total[f"{name}_share"] / np.maximum(total[f"{name}_known"], 1)
            for name in THRESHOLDS
        },
    }


def _distinct(engine: Engine, groups: list[np.ndarray]) -> Columns:
    """How many different addresses, clients and system prompts a group's requests carry."""
    found: Columns = {}
    for name, column in VARIETY.items():
        rows = engine.query(
            f"SELECT DISTINCT acct, {column} AS value FROM ex WHERE {column} IS NOT NULL AND acct IN (SELECT acct FROM grp)"
        )
        found[name] = count_held(rows["acct"].to_numpy(), rows["value"].combine_chunks(), groups).distinct
    return found


def _collisions(engine: Engine, groups: list[np.ndarray]) -> Columns:
    """Pairs of accounts that sent the same prompt: inside the group, and between the group and everyone else.

    Nothing about a group of which no prompt describes an account.
    """
    rows = engine.query("SELECT acct, prompt FROM described")
    found = count_held(rows["acct"].to_numpy(), rows["prompt"].combine_chunks(), groups)
    some = np.flatnonzero(found.entries)
    return {
        "g": some,
        "entries": found.entries[some],
        "distinct_prompts": found.distinct[some],
        "inside_pairs": found.inside_pairs[some],
        "inside_repeats": found.inside_repeats[some],
        "cross_pairs": found.cross_pairs[some],
        "shared_outside": found.shared_outside[some],
        "outside_entries": rows.num_rows - found.entries[some],
    }


def _tooling(engine: Engine) -> pa.Table:
    """Share of the group's requests with its commonest client settings, and of each account's with its own commonest.

    Shares are averaged in whole steps of 2^-40, so that no order of rows changes them.
    """
    keys = ", ".join(TOOLING)
    return engine.query(
        f"""WITH one AS (SELECT g, acct, {keys}, count(*) AS c FROM ex JOIN grp USING (acct) GROUP BY ALL),
        own AS (SELECT g, acct, max(c) AS top, sum(c) AS total FROM one GROUP BY g, acct),
        every AS (SELECT g, {keys}, sum(c) AS c FROM one GROUP BY ALL),
        modal AS (SELECT g, max(c) / sum(c) AS modal_tooling FROM every GROUP BY g)
        SELECT g, modal_tooling, own_tooling FROM modal JOIN
        (SELECT g, avg(CAST(round(top / total * {1 << 40}) AS BIGINT)) / {1 << 40}.0 AS own_tooling FROM own GROUP BY g) o USING (g)"""
    )


def _pivot(engine: Engine, origin: int) -> pa.Table:
    """Share of traffic on models that first appeared two days or more into the log, in each one's first 48 hours."""
    return engine.query(
        f"""WITH release AS (SELECT model, min(t) AS born FROM ex GROUP BY model HAVING min(t) > {origin + 2 * DAY_US}),
        span AS (SELECT min(born) AS born FROM release),
        wave AS (SELECT acct, sum(CASE WHEN model IN (SELECT model FROM release) THEN 1 ELSE 0 END) AS moved,
            count(*) AS c FROM ex, span WHERE t >= born AND t < born + {2 * DAY_US} GROUP BY acct)
        SELECT g, sum(moved) / sum(c) AS pivot_share, sum(c) AS pivot_requests,
        (SELECT sum(moved) / sum(c) FROM wave) AS pivot_everyone FROM wave JOIN grp USING (acct) GROUP BY g"""
    )


def _failover(engine: Engine) -> pa.Table:
    """Accounts whose last request was turned away (401 or 403), and those of them a sibling's start followed within the hour."""
    return engine.query(
        f"""WITH ends AS (SELECT acct, min(t) AS first, max(t) AS last, arg_max(status, t) AS status FROM ex GROUP BY acct),
        mine AS (SELECT g, acct, first, last, status IN (401, 403) AS blocked FROM ends JOIN grp USING (acct)),
        pairs AS (SELECT a.g, count(DISTINCT a.acct) AS relieved FROM mine a JOIN mine b ON a.g = b.g
            AND a.blocked AND b.first >= a.last AND b.first < a.last + {HOUR_US} GROUP BY a.g)
        SELECT m.g, sum(CASE WHEN m.blocked THEN 1 ELSE 0 END) AS blocked, max(coalesce(p.relieved, 0)) AS relieved
        FROM mine m LEFT JOIN pairs p ON p.g = m.g GROUP BY m.g"""
    )

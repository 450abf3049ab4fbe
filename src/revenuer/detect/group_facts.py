"""Numbers about candidate groups that need the request table: one pass for all groups at once."""

import numpy as np
import pyarrow as pa

from revenuer.detect.intent import THRESHOLDS
from revenuer.engine import Engine

TOOLING = ("user_agent", "max_tokens", "temperature", "stream", "n", "logprobs")
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000


def read_group_facts(engine: Engine, groups: list[np.ndarray], origin: int) -> list[dict[str, float]]:
    """Return one dict of facts for each group of account codes. Needs the tables `ex` and `described`."""
    if not groups:
        return []
    register_groups(engine, groups)
    facts: list[dict[str, float]] = [{} for _ in groups]
    for table in (
        _shape(engine),
        _collisions(engine),
        _tooling(engine),
        _pivot(engine, origin),
        _failover(engine),
    ):
        columns = table.to_pydict()
        for row, g in enumerate(columns.pop("g")):
            facts[g].update({name: float(values[row] or 0.0) for name, values in columns.items()})
    return facts


def register_groups(engine: Engine, groups: list[np.ndarray]) -> None:
    """Make `groups` of account codes readable as the table `grp` (g, acct)."""
    number = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    engine.register(
        "grp",
        pa.table({"g": pa.array(number, pa.int32()), "acct": pa.array(np.concatenate(groups), pa.int32())}),
    )


def _shape(engine: Engine) -> pa.Table:
    intents = ", ".join(
        f"coalesce(avg(CASE WHEN {name} IS NULL THEN NULL WHEN {name} > {threshold} THEN 1.0 ELSE 0.0 END), 0.0) AS {name}_share"
        for name, threshold in THRESHOLDS.items()
    )
    return engine.query(
        f"""SELECT g, count(*) AS requests, count(prompt) AS prompts, min(t) AS first, max(t) AS last,
        sum(CAST(coalesce(output_tokens, 0) AS BIGINT)) AS output_tokens,
        avg(CASE WHEN turn = 0 THEN 1.0 ELSE 0.0 END) AS opening_share,
        avg(CASE WHEN finish_reason = 'refusal' THEN 1.0 ELSE 0.0 END) AS refusal_share,
        avg(CASE WHEN tool_count > 0 THEN 1.0 ELSE 0.0 END) AS tool_share,
        avg(CASE WHEN logprobs OR n > 1 THEN 1.0 ELSE 0.0 END) AS distribution_share,
        avg(CASE WHEN system_prompt IS NOT NULL THEN 1.0 ELSE 0.0 END) AS system_share,
        count(DISTINCT system_prompt) AS system_prompts, count(DISTINCT ip) AS addresses,
        count(DISTINCT ip_prefix) AS prefixes, count(DISTINCT user_agent) AS agents, {intents}
        FROM ex JOIN grp USING (acct) GROUP BY g"""
    )


def _collisions(engine: Engine) -> pa.Table:
    """Pairs of accounts that sent the same prompt: inside the group, and between the group and everyone else."""
    return engine.query(
        """WITH inside AS (SELECT g, prompt, count(*) AS k FROM described JOIN grp USING (acct) GROUP BY g, prompt),
        everywhere AS (SELECT prompt, count(*) AS total FROM described
            WHERE prompt IN (SELECT prompt FROM inside) GROUP BY prompt),
        everything AS (SELECT count(*) AS entries FROM described)
        SELECT g, sum(k) AS entries, count(*) AS distinct_prompts, sum(k * (k - 1)) / 2 AS inside_pairs,
        sum(CASE WHEN k > 1 THEN k ELSE 0 END) AS inside_repeats,
        sum(k * (total - k)) AS cross_pairs, sum(CASE WHEN total > k THEN k ELSE 0 END) AS shared_outside,
        max(entries) - sum(k) AS outside_entries
        FROM inside JOIN everywhere USING (prompt), everything GROUP BY g"""
    )


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

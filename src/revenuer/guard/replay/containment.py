"""What each operator had answered before and after it was contained, counted from the decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.guard.replay.exchange_query import exchange_query
from revenuer.records import RESTRICTIVE, UNANSWERED, Action

EXAMPLES = 10
"""Requests named per group, as in a scan's evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """Counts of one group of accounts. A request is answered if neither the log's status nor the decision says otherwise.

    `answered_before` and `answered_after` the account's first measure that a customer feels (a throttle lets some through,
    a restriction answers less, a measure runs out); `unanswered`: by the guard's decision. `contained_at`: the group's first such
    measure, None if there was none. `output_tokens` are those of answered requests.
    """

    group: str
    accounts: int
    requests: int
    answered_before: int
    answered_after: int
    unanswered: int
    output_tokens: int
    first_seen: datetime
    last_seen: datetime
    contained_at: datetime | None
    models: tuple[str, ...]
    request_ids: tuple[str, ...]

    @property
    def answered(self) -> int:
        return self.answered_before + self.answered_after


def decided(engine: Engine, name: str, decisions: Path) -> None:
    """Make the table `name`: every decision with what the log says of its request and the account's first measure."""
    log = exchange_query(
        engine, ("request_id", "account_id", "model", "timestamp", "status", "output_tokens")
    )
    engine.read_parquet(f"{name}_file", [decisions])
    engine.create(
        name,
        f"""
        SELECT d.request_id, d.account_id, d.timestamp, d.action, d.campaign_id, d.log10_e, l.model,
            l.status < 400 AND d.action NOT IN ({_listed(UNANSWERED)}) AS answered,
            l.status < 400 AND d.action IN ({_listed(UNANSWERED)}) AS stopped,
            CASE WHEN l.status < 400 THEN l.output_tokens ELSE 0 END AS output_tokens,
            min(d.timestamp) FILTER (WHERE d.action IN ({_listed(RESTRICTIVE)})) OVER (PARTITION BY d.account_id) AS measured
        FROM {name}_file d JOIN ({log}) l
            ON l.request_id = d.request_id AND l.account_id = d.account_id AND l.timestamp = unix_micros(d.timestamp)
        """,
    )


def containment(engine: Engine, table: str, members: pa.Table) -> dict[str, Containment]:
    """Return the counts by group. `table` was made by `decided`; `members` has account_id and member_of, an account once at most."""
    engine.register("member", members)
    rows = engine.query(
        f"""
        SELECT member_of AS "group", count(DISTINCT account_id) AS accounts, count(*) AS requests,
            count(*) FILTER (WHERE answered AND (measured IS NULL OR timestamp < measured)) AS answered_before,
            count(*) FILTER (WHERE answered AND timestamp >= measured) AS answered_after,
            count(*) FILTER (WHERE action IN ({_listed(UNANSWERED)})) AS unanswered,
            coalesce(sum(output_tokens) FILTER (WHERE answered), 0)::BIGINT AS output_tokens,
            min(timestamp) AS first_seen, max(timestamp) AS last_seen, min(measured) AS contained_at,
            list_sort(list(DISTINCT model)) AS models,
            coalesce(
                list_slice(
                    list(request_id ORDER BY timestamp, request_id) FILTER (WHERE action IN ({_listed(RESTRICTIVE)})),
                    1, {EXAMPLES}
                ), []
            ) AS request_ids
        FROM {table} JOIN member USING (account_id) GROUP BY member_of
        """
    ).to_pylist()
    lists = ("models", "request_ids")
    return {
        row["group"]: Containment(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows
    }


def members_table(groups: Iterable[tuple[str, Sequence[str]]]) -> pa.Table:
    """Return (group, accounts) pairs as the table that `containment` takes; of an account named twice the first group stays."""
    member_of: dict[str, str] = {}
    for group, accounts in groups:
        for account in accounts:
            member_of.setdefault(account, group)
    columns = {"account_id": list(member_of), "member_of": list(member_of.values())}
    return pa.table(columns, schema=pa.schema([("account_id", pa.string()), ("member_of", pa.string())]))


def _listed(actions: Iterable[Action]) -> str:
    return ", ".join(f"'{action}'" for action in sorted(actions))

"""Reads the sketches account by account: the arrays that every later step works on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from revenuer.detect.account_content import Content, read_content
from revenuer.detect.intent import INTENTS, THRESHOLDS
from revenuer.engine import Engine
from revenuer.records import ACCOUNT_SCHEMA

HOUR_US = 3_600_000_000


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Requests per account and hour, as parallel arrays sorted by account, then hour.

    `hour` counts from the log's first midnight (UTC); `starts` (N + 1) delimits each account's part.
    """

    account: np.ndarray
    hour: np.ndarray
    count: np.ndarray
    starts: np.ndarray
    hours: int

    def of(self, code: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (hours, counts) of one account."""
        part = slice(self.starts[code], self.starts[code + 1])
        return self.hour[part], self.count[part]

    @cached_property
    def everyone(self) -> np.ndarray:
        """Requests of the whole log per hour, (hours,); counted when first asked for."""
        return np.bincount(self.hour, self.count, minlength=self.hours)


@dataclass(frozen=True, kw_only=True)
class Population:
    """All accounts of a log, by code 0..N-1 (the order of their ids). Per-account arrays have length N.

    Times are microseconds since the epoch; `origin` is the midnight before the first request. `intent_share` float
    (N, 4): share of an account's prompts over each intent's threshold. `registry` holds the account table's rows in
    code order (all null where there is none). `organization` is an int code, -1 where none is known.
    """

    ids: pa.Array
    requests: np.ndarray
    prompts: np.ndarray
    first: np.ndarray
    last: np.ndarray
    output_tokens: np.ndarray
    mean_tokens: np.ndarray
    opening_share: np.ndarray
    refusal_share: np.ndarray
    intent_share: np.ndarray
    organization: np.ndarray
    registry: pa.Table
    has_registry: bool
    activity: Activity
    content: Content
    origin: int

    @property
    def size(self) -> int:
        """Number of accounts."""
        return len(self.requests)

    @cached_property
    def mail_domain(self) -> tuple[np.ndarray, pa.Array]:
        """(int code of each account's mail domain, -1 for none; the domains by code); made when first asked for."""
        domain = self.registry["email_domain"].combine_chunks().dictionary_encode()
        return np.asarray(domain.indices.fill_null(-1)).astype(np.int64), domain.dictionary


def code_accounts(engine: Engine) -> None:
    """Number the accounts of the engine's table `sketch`: leaves `account_code`, and `ex`, the sketches by that number, behind."""
    engine.create(
        "account_code",
        "SELECT account_id, CAST(row_number() OVER (ORDER BY account_id) - 1 AS INTEGER) AS acct "
        "FROM (SELECT DISTINCT account_id FROM sketch)",
    )
    engine.create(
        "ex",
        """SELECT c.acct, unix_micros(s.timestamp) AS t, s.model, s.organization_id, s.session, s.ip,
        s.ip_prefix, s.user_agent, s.tls_fingerprint, s.system_prompt, s.prompt, s.token_count,
        coalesce(s.turn, 0) AS turn, s.tool_count, s.max_tokens, s.temperature, s.n, s.logprobs, s.stream,
        s.reasoning_signature, s.input_tokens, s.output_tokens, s.finish_reason, s.status,
        s.cot, s.judge, s.bypass, s.synthetic
        FROM sketch s JOIN account_code c ON s.account_id = c.account_id""",
    )


def build_population(engine: Engine, accounts: pa.Table | None) -> Population:
    """Return the population of the engine's table `sketch`; leaves the tables of `code_accounts` and `registry` behind."""
    code_accounts(engine)
    intents = ", ".join(
        f"coalesce(avg(CASE WHEN {name} IS NULL THEN NULL WHEN {name} > {threshold} THEN 1.0 ELSE 0.0 END), 0.0) AS {name}_share"
        for name, threshold in THRESHOLDS.items()
    )
    rows = engine.query(
        f"""SELECT acct, count(*) AS requests, count(prompt) AS prompts, min(t) AS first, max(t) AS last,
        CAST(sum(coalesce(output_tokens, 0)) AS BIGINT) AS output_tokens,
        coalesce(avg(token_count), 0.0) AS mean_tokens,
        avg(CASE WHEN turn = 0 THEN 1.0 ELSE 0.0 END) AS opening_share,
        avg(CASE WHEN finish_reason = 'refusal' THEN 1.0 ELSE 0.0 END) AS refusal_share,
        max(organization_id) AS organization, {intents}
        FROM ex GROUP BY acct ORDER BY acct"""
    )
    ids = engine.query("SELECT account_id FROM account_code ORDER BY acct")["account_id"].combine_chunks()
    registry = _registry(engine, accounts)
    first = rows["first"].to_numpy()
    origin = int(first.min()) // (24 * HOUR_US) * (24 * HOUR_US)
    return Population(
        ids=ids,
        requests=rows["requests"].to_numpy(),
        prompts=rows["prompts"].to_numpy(),
        first=first,
        last=rows["last"].to_numpy(),
        output_tokens=rows["output_tokens"].to_numpy(),
        mean_tokens=rows["mean_tokens"].to_numpy(),
        opening_share=rows["opening_share"].to_numpy(),
        refusal_share=rows["refusal_share"].to_numpy(),
        intent_share=np.column_stack([rows[f"{name}_share"].to_numpy() for name in INTENTS]),
        organization=_organizations(rows["organization"], registry["organization_id"]),
        registry=registry,
        has_registry=accounts is not None,
        activity=_read_activity(engine, origin, len(ids)),
        content=read_content(engine, len(ids)),
        origin=origin,
    )


def register_accounts(engine: Engine, accounts: pa.Table | None) -> None:
    """Make the account table, or none, readable as `registry`."""
    engine.register("registry", ACCOUNT_SCHEMA.empty_table() if accounts is None else accounts)


def _registry(engine: Engine, accounts: pa.Table | None) -> pa.Table:
    """Return one account-table row for each account of the log, in code order; nulls where the table has none."""
    register_accounts(engine, accounts)
    columns = ", ".join(f"max(r.{name}) AS {name}" for name in ACCOUNT_SCHEMA.names if name != "account_id")
    return engine.query(
        f"SELECT c.acct, {columns} FROM account_code c LEFT JOIN registry r ON c.account_id = r.account_id "
        "GROUP BY c.acct ORDER BY c.acct"
    )


def _organizations(logged: pa.ChunkedArray, registered: pa.ChunkedArray) -> np.ndarray:
    """Return an int code per account: the organisation that the log or else the account table states, -1 for none."""
    stated = pa.compute.coalesce(logged, registered).combine_chunks().dictionary_encode()
    return np.asarray(stated.indices.fill_null(-1)).astype(np.int64)


def _read_activity(engine: Engine, origin: int, size: int) -> Activity:
    rows = engine.query(
        f"SELECT acct, CAST((t - {origin}) // {HOUR_US} AS INTEGER) AS hour, CAST(count(*) AS INTEGER) AS n "
        "FROM ex GROUP BY ALL ORDER BY acct, hour"
    )
    account = rows["acct"].to_numpy()
    hour = rows["hour"].to_numpy()
    return Activity(
        account=account,
        hour=hour,
        count=rows["n"].to_numpy(),
        starts=np.searchsorted(account, np.arange(size + 1)),
        hours=int(hour.max()) + 1,
    )

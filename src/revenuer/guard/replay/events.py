"""Record batches of a log -> the events that the core is told, and how each request went."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.guard.event import Event, Registered
from revenuer.guard.replay.exchange_query import exchange_query

EVENT_COLUMNS: tuple[str, ...] = (
    "request_id",
    "account_id",
    "model",
    "timestamp",
    "organization_id",
    "session_id",
    "client_ip",
    "user_agent",
    "tls_fingerprint",
    "system_prompt",
    "prompt",
    "turn",
    "tool_count",
    "max_tokens",
    "temperature",
    "n",
    "logprobs",
    "stream",
    "reasoning_signature",
)
AFTER_COLUMNS: tuple[str, ...] = ("status", "finish_reason", "output_tokens")
"""What is known only once a request was answered: told after the decision."""

Step = tuple[Event, int, str | None, int]
"""An event; then the status, finish reason and output tokens that the log has of it."""


def log_batches(engine: Engine) -> Iterator[pa.RecordBatch]:
    """Yield the log in order of time (then of request id), in batches with EVENT_COLUMNS and AFTER_COLUMNS."""
    query = exchange_query(engine, (*EVENT_COLUMNS, *AFTER_COLUMNS))
    yield from engine.stream(f"SELECT * FROM ({query}) ORDER BY timestamp, request_id", lambda batch: batch)


def steps(batch: pa.RecordBatch, registered: Mapping[str, Registered]) -> Iterator[Step]:
    """Yield the events of a batch in its order; an event carries what is registered of its own account, and nothing else's."""
    columns = [_values(batch.column(name)) for name in EVENT_COLUMNS]
    after = [_values(batch.column(name)) for name in AFTER_COLUMNS]
    known = [registered.get(account) for account in columns[1]]
    events = map(_event, *columns, known)
    yield from zip(events, *after, strict=True)


def _values(column: pa.Array) -> list[Any]:
    """Return a column as Python values; through numpy, which is faster, where nothing is null."""
    if column.null_count == 0 and not pa.types.is_string(column.type):
        values: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
        return values
    listed: list[Any] = column.to_pylist()
    return listed


def _event(
    request_id: str,
    account_id: str,
    model: str,
    timestamp: int,
    organization_id: str | None,
    session_id: str | None,
    client_ip: str | None,
    user_agent: str | None,
    tls_fingerprint: str | None,
    system_prompt: str | None,
    prompt: str | None,
    turn: int,
    tool_count: int | None,
    max_tokens: int | None,
    temperature: float | None,
    n: int,
    logprobs: bool,
    stream: bool,
    reasoning_signature: str | None,
    account: Registered | None,
) -> Event:
    return Event(
        request_id=request_id,
        account_id=account_id,
        model=model,
        timestamp=timestamp,
        organization_id=organization_id,
        session_id=session_id,
        client_ip=client_ip,
        user_agent=user_agent,
        tls_fingerprint=tls_fingerprint,
        system_prompt=system_prompt,
        prompt=prompt,
        turn=turn,
        tool_count=tool_count,
        max_tokens=max_tokens,
        temperature=temperature,
        n=n,
        logprobs=logprobs,
        stream=stream,
        reasoning_signature=reasoning_signature,
        account=account,
    )

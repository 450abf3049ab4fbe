"""Small logs for replays: requests by hand, with a signature that a second account replays."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from revenuer.records import ACCOUNT_SCHEMA, EXCHANGE_SCHEMA

START = datetime(2026, 6, 1, tzinfo=UTC)


def exchanges(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Return a log of the given rows; each has `account_id` and `minute`, and what else is to differ from a plain request."""
    filled = []
    for number, given in enumerate(rows):
        row = {
            "request_id": f"r{number:04d}",
            "model": "m-1",
            "timestamp": START + timedelta(minutes=float(str(given["minute"]))),
            "prompt": f"question {number}",
            "turn": 0,
            "n": 1,
            "logprobs": False,
            "stream": False,
            "input_tokens": 10,
            "output_tokens": 100,
            "finish_reason": "stop",
            "status": 200,
            **given,
        }
        filled.append({name: row.get(name) for name in EXCHANGE_SCHEMA.names})
    return pa.Table.from_pylist(filled, schema=EXCHANGE_SCHEMA)


def replaying_log() -> pa.Table:
    """Return a log in which `thief` sends back, at minute 10, a reasoning block that `owner` received at minute 1."""
    owner = [{"account_id": "owner", "minute": 1 + i, "reasoning_signature": "sig-1"} for i in range(3)]
    thief = [{"account_id": "thief", "minute": 5 + i} for i in range(3)]
    caught = [{"account_id": "thief", "minute": 10 + i, "reasoning_signature": "sig-1"} for i in range(4)]
    others = [{"account_id": f"person-{i}", "minute": i * 4} for i in range(6)]
    return exchanges([*owner, *thief, *caught, *others])


def accounts(**facts: Mapping[str, object]) -> pa.Table:
    """Return an account table: account id -> what is registered of it."""
    rows = [
        {name: {"account_id": account, **given}.get(name) for name in ACCOUNT_SCHEMA.names}
        for account, given in facts.items()
    ]
    return pa.Table.from_pylist(rows, schema=ACCOUNT_SCHEMA)

"""The requests of a cohort, and how they become Exchange rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revenuer.records import EXCHANGE_SCHEMA
from revenuer.simulate.members import Members, Objects, tokens, where_or_none
from revenuer.simulate.ragged import Floats, Ints

RANGE_SCHEMA: pa.Schema = pa.schema([item for item in EXCHANGE_SCHEMA if item.name != "response"])
"""Exchange rows as the range writes them: everything but the response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Parallel columns, one entry a request, in any order. `who` indexes the cohort's Members.

    `session` numbers conversations within the cohort (-1: the client sends no session id); `turn` counts from 0 in each.
    None in an optional column means "as the account's client does".
    """

    who: Ints
    time_s: Floats
    session: Ints
    turn: Ints
    prompt: Sequence[str | None]
    harvest: np.ndarray | None = None
    system_prompt: Objects | None = None
    model: Objects | None = None
    tool_count: Ints | None = None
    signature: Objects | None = None
    address: Objects | None = None
    finish_reason: Objects | None = None
    status: Ints | None = None
    output_median: float | Floats = 180.0
    history_tokens: int = 260

    def __len__(self) -> int:
        return len(self.who)


def merged(parts: Sequence[Traffic], fills: Members) -> Traffic:
    """Several traffics of one cohort as one; sessions are renumbered so that they stay apart."""
    offset, sessions = 0, []
    for part in parts:
        sessions.append(np.where(part.session >= 0, part.session + offset, -1))
        offset += int(part.session.max(initial=-1)) + 1

    def column(name: str, default: Objects | None) -> Objects | None:
        if all(getattr(part, name) is None for part in parts):
            return None
        rows = []
        for part in parts:
            value = getattr(part, name)
            fallback = np.full(len(part), None, dtype=object) if default is None else default[part.who]
            rows.append(fallback if value is None else value)
        return np.concatenate(rows)

    n = len(fills)
    medians = [np.broadcast_to(np.asarray(part.output_median, dtype=np.float64), len(part)) for part in parts]
    return Traffic(
        who=np.concatenate([part.who for part in parts]),
        time_s=np.concatenate([part.time_s for part in parts]),
        session=np.concatenate(sessions),
        turn=np.concatenate([part.turn for part in parts]),
        prompt=[text for part in parts for text in part.prompt],
        harvest=column("harvest", np.zeros(n, dtype=bool)),
        system_prompt=column("system_prompt", fills.system_prompt),
        model=column("model", fills.model),
        tool_count=column("tool_count", np.zeros(n, dtype=np.int64)),
        signature=column("signature", None),
        address=column("address", None),
        finish_reason=column("finish_reason", None),
        status=column("status", np.full(n, 200, dtype=np.int64)),
        output_median=np.concatenate(medians),
        history_tokens=parts[0].history_tokens,
    )


def _strings(values: Objects) -> pa.Array:
    return pa.array(values, type=pa.string(), from_pandas=True)


def _lengths(texts: Sequence[str | None] | Objects) -> Floats:
    return np.array([len(text) if text else 0 for text in texts], dtype=np.float64)


def _outputs(rng: np.random.Generator, traffic: Traffic, max_tokens: Ints) -> tuple[Ints, Objects, Ints]:
    """Output tokens, finish reasons and statuses, with the usual few refusals, throttles and errors."""
    n = len(traffic)
    drawn = np.asarray(traffic.output_median) * np.exp(rng.normal(0.0, 0.9, n)) + 1
    cut = (max_tokens > 0) & (drawn >= max_tokens)
    reason = np.where(cut, "length", "stop").astype(object)
    luck = rng.random(n)
    status = np.where(luck < 0.006, 429, np.where(luck < 0.009, 500, 200)).astype(np.int64)
    reason = np.where(luck > 0.988, "refusal", reason)
    if traffic.finish_reason is not None:
        given = np.array([value is not None for value in traffic.finish_reason])
        reason = np.where(given, traffic.finish_reason, reason)
    if traffic.status is not None:
        given_status = np.asarray(traffic.status, dtype=np.int64)
        status = np.where(given_status != 200, given_status, status)
    reason = np.where(status != 200, "error", reason)
    drawn = np.where(cut, max_tokens, drawn)
    drawn = np.where(reason == "refusal", np.minimum(drawn, 30 + drawn % 60), drawn)
    return np.where(status != 200, 0, drawn).astype(np.int64), reason, status


def exchange_rows(
    rng: np.random.Generator, members: Members, traffic: Traffic, start_us: int
) -> tuple[pa.Table, np.ndarray]:
    """Rows of RANGE_SCHEMA in the traffic's order, and for each whether it is harvest."""
    who, n = traffic.who, len(traffic)
    choice = np.minimum((rng.exponential(0.7, n)).astype(np.int64), members.addresses.shape[1] - 1)
    address = members.addresses[who, choice]
    if traffic.address is not None:
        address = np.where([value is not None for value in traffic.address], traffic.address, address)
    system = members.system_prompt[who] if traffic.system_prompt is None else traffic.system_prompt
    max_tokens = members.max_tokens[who]
    output, reason, status = _outputs(rng, traffic, max_tokens)
    named = (traffic.session >= 0) & members.sends_session[who]
    session_ids = tokens(rng, int(traffic.session.max(initial=0)) + 1, "s_", 14)
    tools = (
        np.zeros(n, dtype=np.int64)
        if traffic.tool_count is None
        else np.asarray(traffic.tool_count, dtype=np.int64)
    )
    width = (
        _lengths(traffic.prompt) / 4
        + _lengths(system) / 4
        + tools * 140
        + traffic.turn * traffic.history_tokens * rng.uniform(0.6, 1.4, n)
    )
    temperature = members.temperature[who]
    organization = where_or_none(members.organization_logged[who], members.organization_id[who])
    columns = {
        "request_id": _strings(tokens(rng, n, "req_", 18)),
        "account_id": _strings(members.account_id[who]),
        "model": _strings(members.model[who] if traffic.model is None else traffic.model),
        "timestamp": pa.array(
            start_us + np.rint(traffic.time_s * 1e6).astype(np.int64), type=pa.int64()
        ).cast(pa.timestamp("us", tz="UTC")),
        "organization_id": _strings(organization),
        "session_id": _strings(where_or_none(named, session_ids[traffic.session])),
        "client_ip": _strings(address),
        "user_agent": _strings(members.user_agent[who]),
        "tls_fingerprint": _strings(members.tls[who]),
        "system_prompt": _strings(system),
        "prompt": pa.array(traffic.prompt, type=pa.string()),
        "turn": pa.array(traffic.turn, type=pa.int32()),
        "tool_count": pa.array(tools, type=pa.int32()),
        "max_tokens": pa.array(max_tokens, mask=max_tokens < 0).cast(pa.int32()),
        "temperature": pa.array(temperature.astype(np.float32), mask=np.isnan(temperature)),
        "n": pa.array(np.ones(n, dtype=np.int32)),
        "logprobs": pa.array(np.zeros(n, dtype=bool)),
        "stream": pa.array(members.stream[who]),
        "reasoning_signature": _strings(
            np.full(n, None, dtype=object) if traffic.signature is None else traffic.signature
        ),
        "input_tokens": pa.array(np.maximum(width, 1).astype(np.int32)),
        "output_tokens": pa.array(output.astype(np.int32)),
        "finish_reason": _strings(reason),
        "status": pa.array(status, type=pa.int32()),
    }
    harvest = np.zeros(n, dtype=bool) if traffic.harvest is None else np.asarray(traffic.harvest, dtype=bool)
    return pa.table(columns, schema=RANGE_SCHEMA), harvest

"""One logged exchange, an untrusted JSON object -> the event it began with and the aftermath it had."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeAlias

import msgspec

from revenuer.guard.event import Aftermath, Event

Mapper: TypeAlias = Callable[[dict[str, Any]], Iterable[dict[str, Any]]]
"""Turns a foreign format's record into rows with the Exchange table's names; none where it is no model call. Raises RowError."""

EARLIEST_US = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""No language model was served before: an earlier time is an unset clock or a wrong unit."""

LATEST_US = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Magnitudes that tell the unit of an epoch number; the same as for logs read in bulk (docs/data-formats.md).
_NANOS_FROM, _MICROS_FROM, _MILLIS_FROM = 10**17, 10**14, 10**11

Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)] | int
Text: TypeAlias = str | None
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None


class RowError(ValueError):
    """A record that is no exchange; the text is the reason and holds nothing of the record's texts."""


class _Row(msgspec.Struct, kw_only=True, gc=False):
    request_id: Id
    account_id: Id
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    timestamp: str | int | float
    organization_id: Id | None = None
    session_id: Id | None = None
    client_ip: Text = None
    user_agent: Text = None
    tls_fingerprint: Text = None
    system_prompt: Text = None
    prompt: Text = None
    turn: Count = None
    tool_count: Count = None
    max_tokens: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    temperature: float | None = None
    n: Count = None
    logprobs: bool | None = None
    stream: bool | None = None
    reasoning_signature: Text = None
    output_tokens: Count = None
    finish_reason: Text = None
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    issued_signatures: list[str] | None = None


def read_rows(line: bytes, mapper: Mapper | None) -> list[tuple[Event, Aftermath]]:
    """Return what `line` (one JSON object) tells of: one exchange, or with a `mapper` what it makes of it. Raises RowError."""
    try:
        if mapper is None:
            return [_told(msgspec.json.decode(line, type=_Row, strict=False))]
        record = msgspec.json.decode(line)
        if not isinstance(record, dict):
            raise RowError("is no JSON object")
        return [_told(msgspec.convert(row, _Row, strict=False)) for row in mapper(record)]
    except UnicodeDecodeError as error:
        raise RowError("is not UTF-8") from error
    except RecursionError as error:
        raise RowError("is nested too deep") from error
    except msgspec.MsgspecError as error:
        raise RowError(str(error)) from error


def when_us(value: str | int | float) -> int:
    """Return microseconds since 1970 UTC of an ISO 8601 text or an epoch number, whose magnitude tells its unit. Raises RowError."""
    try:
        micros = _of_text(value) if isinstance(value, str) else _of_number(value)
    except (ValueError, OverflowError) as error:
        raise RowError("timestamp is neither an ISO 8601 time nor an epoch number") from error
    if not EARLIEST_US <= micros < LATEST_US:
        raise RowError("timestamp lies outside the years 2015 to 2100")
    return micros


def _of_text(text: str) -> int:
    text = text.strip()[:64]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _of_number(int(text) if text.lstrip("-").isdigit() else float(text))
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (aware - _EPOCH) // _MICROSECOND


def _of_number(number: int | float) -> int:
    size = abs(number)
    if size >= _NANOS_FROM:
        return int(number // 1000)
    scale = 1 if size >= _MICROS_FROM else 1000 if size >= _MILLIS_FROM else 1_000_000
    return int(number * scale)


def _told(row: _Row) -> tuple[Event, Aftermath]:
    at = when_us(row.timestamp)
    request_id, account_id = str(row.request_id), str(row.account_id)
    event = Event(
        request_id=request_id,
        account_id=account_id,
        model=row.model,
        timestamp=at,
        organization_id=_text(row.organization_id),
        session_id=_text(row.session_id),
        client_ip=row.client_ip,
        user_agent=row.user_agent,
        tls_fingerprint=row.tls_fingerprint,
        system_prompt=row.system_prompt,
        prompt=row.prompt,
        turn=row.turn or 0,
        tool_count=row.tool_count,
        max_tokens=row.max_tokens,
        temperature=row.temperature,
        n=1 if row.n is None else row.n,
        logprobs=bool(row.logprobs),
        stream=bool(row.stream),
        reasoning_signature=row.reasoning_signature or None,
    )
    aftermath = Aftermath(
        request_id=request_id,
        account_id=account_id,
        timestamp=at,
        status=200 if row.status is None else row.status,
        finish_reason=row.finish_reason,
        output_tokens=row.output_tokens or 0,
        issued_signatures=row.issued_signatures or [],
    )
    return event, aftermath


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)

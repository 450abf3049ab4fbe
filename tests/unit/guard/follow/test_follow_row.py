"""A logged line becomes an event and an aftermath, or one sentence that says why not, whatever is in it."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from revenuer.guard import Guard, GuardState, Policy
from revenuer.guard.follow.row import EARLIEST_US, LATEST_US, RowError, read_rows, when_us

FULL: dict[str, Any] = {
    "request_id": "r1",
    "account_id": "a1",
    "model": "m",
    "timestamp": "2026-03-02T10:00:00Z",
    "prompt": "how do bees find home?",
    "turn": 2,
    "max_tokens": 100,
    "temperature": 0.5,
    "n": 2,
    "logprobs": True,
    "stream": False,
    "reasoning_signature": "s1",
    "output_tokens": 7,
    "finish_reason": "stop",
    "status": 200,
    "response": "they remember",
    "issued_signatures": ["s2"],
    "unknown": {"kept": "out"},
}

REQUIRED = ("request_id", "account_id", "model", "timestamp")


def line(**more: Any) -> bytes:
    return json.dumps({**FULL, **more}).encode()


def test_a_row_becomes_event_and_aftermath() -> None:
    [(event, aftermath)] = read_rows(line(), None)
    assert (event.request_id, event.account_id, event.model, event.turn, event.n) == ("r1", "a1", "m", 2, 2)
    assert event.timestamp == int(datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp()) * 1_000_000
    assert event.logprobs
    assert event.reasoning_signature == "s1"
    assert (aftermath.status, aftermath.output_tokens, aftermath.issued_signatures) == (200, 7, ["s2"])


def test_nulls_are_what_was_not_logged() -> None:
    [(event, aftermath)] = read_rows(line(**{name: None for name in FULL if name not in REQUIRED}), None)
    assert (event.turn, event.n, event.logprobs, event.reasoning_signature) == (0, 1, False, None)
    assert (aftermath.status, aftermath.output_tokens) == (200, 0)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00",
        "2026-03-02T11:00:00+01:00",
        "2026-03-02 10:00:00.000000",
        1772445600,
        1772445600.0,
        "1772445600",
        1772445600_000,
        1772445600_000_000,
        1772445600_000_000_000,
    ],
)
def test_times_in_every_unit(value: str | int | float) -> None:
    assert when_us(value) == 1772445600_000_000


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (line(timestamp="yesterday"), "timestamp"),
        (line(timestamp=1), "2015"),
        (line(timestamp=1e30), "timestamp"),
        (line(account_id=None), "account_id"),
        (line(account_id=""), "account_id"),
        (line(max_tokens=2**40), "max_tokens"),
        (line(n=-1), "$.n"),
        (line(issued_signatures="s"), "issued_signatures"),
        (b"[]", "object"),
        (b"", "truncated"),
        (b'{"request_id": "r', "truncated"),
        (b'{"request_id": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "object"),
        (b'{"unknown":' * 50_000, "deep"),
    ],
)
def test_a_broken_row_says_why(broken: bytes, reason: str) -> None:
    with pytest.raises(RowError) as error:
        read_rows(broken, None)
    assert reason in str(error.value)


def test_a_reason_holds_nothing_of_the_prompt() -> None:
    secret = "the heron's password"
    for broken in (
        line(prompt=[secret]),
        line(prompt={"text": secret}),
        line(prompt=secret)[:-20],
        line(timestamp=secret),
    ):
        with pytest.raises(RowError) as error:
            read_rows(broken, None)
        assert "heron" not in str(error.value)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ROWS = st.fixed_dictionaries(
    {name: st.just(FULL[name]) | ANY_JSON for name in REQUIRED},
    optional={name: st.just(FULL[name]) | ANY_JSON for name in FULL if name not in REQUIRED},
)


def decided(raw: bytes) -> None:
    """Either a RowError, or an event that the guard can decide about."""
    try:
        rows = read_rows(raw, None)
    except RowError:
        return
    guard = Guard(GuardState(Policy()))
    for event, aftermath in rows:
        assert EARLIEST_US <= event.timestamp < LATEST_US
        assert guard.decide(event).account_id == event.account_id
        guard.learn(aftermath)


@given(ROWS)
@settings(deadline=None)
def test_any_row_is_read_or_refused(row: dict[str, Any]) -> None:
    decided(json.dumps(row).encode())


@given(st.binary(max_size=200))
@settings(deadline=None)
@example(b'{"request_id":"\\ud800","account_id":"a","model":"m","timestamp":1772445600}')
@example(b'{"request_id":NaN,"account_id":"a","model":"m","timestamp":Infinity}')
@example(b'{"request_id":"a","request_id":"b","account_id":"a","model":"m","timestamp":1772445600}')
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    decided(raw)


@given(st.integers(0, 300), st.integers(0, 255))
@settings(deadline=None)
def test_one_changed_byte_is_read_or_refused(at: int, value: int) -> None:
    raw = bytearray(line())
    raw[at % len(raw)] = value
    decided(bytes(raw))


@given(st.text(max_size=40) | st.integers() | st.floats())
@settings(deadline=None)
def test_any_time_is_read_or_refused(value: str | int | float) -> None:
    with suppress(RowError):
        assert EARLIEST_US <= when_us(value) < LATEST_US


@given(ANY_JSON)
@settings(deadline=None)
def test_a_mapper_may_make_anything(made: Any) -> None:
    with suppress(RowError):
        [(event, _)] = read_rows(b"{}", lambda record: [{**FULL, "prompt": made, "account_id": made}])
        assert event.account_id == str(made)

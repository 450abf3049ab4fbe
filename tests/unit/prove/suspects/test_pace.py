"""Pacing, pauses, costs and keys, without a clock or a network."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from revenuer.cli.agree_to_cost import consent_of
from revenuer.prove.suspects.continuation import first_token_of_continuation
from revenuer.prove.suspects.endpoint.api_key import ApiKey, read_api_key
from revenuer.prove.suspects.endpoint.cost import Estimate, Prices
from revenuer.prove.suspects.endpoint.pace import Pace, back_off_s, retry_after_s
from revenuer.prove.suspects.endpoint.requests import tokens_of
from revenuer.prove.suspects.endpoint.settings import checked_url
from revenuer.prove.suspects.prompt_form import PromptForm, parse_form
from revenuer.records import InputError, UsageError

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_requests_are_spread_over_the_minute() -> None:
    pace = Pace(requests_per_min=30)
    assert [pace.reserve(100.0, 5) for _ in range(3)] == [100.0, 102.0, 104.0]
    assert pace.reserve(200.0, 5) == 200.0


def test_tokens_are_limited_and_corrected_by_what_was_used() -> None:
    pace = Pace(tokens_per_min=600)
    assert pace.reserve(0.0, 100) == 0.0
    pace.settle(100, 50)
    assert pace.reserve(0.0, 100) == pytest.approx(5.0)
    pace.hold(60.0)
    assert pace.reserve(0.0, 1) == 60.0


def test_pauses_double_and_differ() -> None:
    rng = np.random.default_rng(1)
    pauses = [back_off_s(attempt, 1.0, 20.0, rng) for attempt in range(1, 10)]
    for attempt, pause in enumerate(pauses, 1):
        full = min(20.0, 2.0 ** (attempt - 1))
        assert full / 2 <= pause <= full
    assert pauses == [back_off_s(a, 1.0, 20.0, r) for r in [np.random.default_rng(1)] for a in range(1, 10)]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("1e9", 3600.0),
        ("soon", None),
        ("nan", None),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


def test_keys_come_from_the_environment_or_a_file_and_do_not_show(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-in-file\n")
    assert read_api_key(None, file).headers() == {"authorization": "Bearer sk-in-file"}
    key = read_api_key("K", None, {"K": "sk-in-env"})
    assert "sk-in-env" not in repr(key)
    assert key.hide("wrong key sk-in-env!") == "wrong key [API key]!"
    assert read_api_key(None, None) == ApiKey()
    assert ApiKey().headers() == {}
    for variable, path in (("K", file), ("ABSENT", None), (None, tmp_path / "no")):
        with pytest.raises((UsageError, InputError)):
            read_api_key(variable, path, {"K": "x"})
    file.write_text("two words")
    with pytest.raises(InputError, match="one word"):
        read_api_key(None, file)


@pytest.mark.parametrize(
    "url", ["x", "ftp://h/v1", "https://h/v1?a=b", "https://u:p@h/v1", "http://h.example/v1"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        checked_url(url, has_key=True)


def test_addresses_that_are_taken() -> None:
    assert checked_url("https://h.example/v1/", has_key=True) == "https://h.example/v1"
    assert checked_url("http://localhost:8000/v1", has_key=True) == "http://localhost:8000/v1"
    assert checked_url("http://[::1]:8000/v1", has_key=True) == "http://[::1]:8000/v1"
    assert checked_url("http://h.example/v1", has_key=False) == "http://h.example/v1"


def test_costs() -> None:
    assert Prices(input=2.0, output=10.0).of(500_000, 100_000) == pytest.approx(2.0)
    assert Prices(input=2.0).of(1, 1) is None
    assert tokens_of("a" * 300) == 101
    free = Estimate(requests=1, tokens_in=1, tokens_out=1, cost=0.0)
    dear = Estimate(requests=1, tokens_in=1, tokens_out=1, cost=5.0, spent=1.0)
    unknown = Estimate(requests=1, tokens_in=1, tokens_out=1, cost=None)
    consent_of(yes=True, max_cost=None)(unknown)
    consent_of(yes=False, max_cost=6.0)(dear)
    for estimate, most in ((free, None), (dear, 5.5), (unknown, 9.0)):
        with pytest.raises(UsageError, match="nothing was sent"):
            consent_of(yes=False, max_cost=most)(estimate)


def test_templates() -> None:
    assert parse_form("Q: {prompt}\nA:") == PromptForm("Q: ", "\nA:")
    assert parse_form("Q: {prompt}\nA:").context("why") == "Q: why\nA:"
    for text in ("no place", "{prompt}{prompt}"):
        with pytest.raises(UsageError, match="expected it once"):
            parse_form(text)


@pytest.mark.parametrize(
    ("spans", "boundary", "expected"),
    [
        ([(0, 3), (3, 6)], 3, (1, False)),
        ([(0, 0), (0, 3), (3, 6)], 2, (1, True)),
        ([(0, 3), (4, 6)], 4, (1, True)),
        ([(0, 3), (4, 6)], 3, (1, False)),
        ([(0, 2), (1, 2), (1, 3)], 2, (2, True)),
        ([(0, 3)], 3, (1, False)),
        ([], 0, (0, False)),
    ],
)
def test_where_the_continuation_begins(
    spans: list[tuple[int, int]], boundary: int, expected: tuple[int, bool]
) -> None:
    assert first_token_of_continuation(spans, boundary) == expected

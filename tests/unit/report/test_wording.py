from datetime import UTC, datetime, timedelta, timezone

import pytest

from revenuer.report import wording


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.0006, "0.060 %"), (0.0421, "4.2 %"), (0.5, "50.0 %"), (1.0, "100.0 %"), (0.99999, "> 99.9 %"), (1e-9, "< 0.0001 %"), (0.26, "26.0 %")],
)  # fmt: skip
def test_percent_keeps_two_digits_and_never_rounds_to_none_or_all(share: float, text: str) -> None:
    assert wording.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(950, "950"), (12_345, "12.3k"), (4_100_000, "4.1M"), (151_000_000, "151M")]
)
def test_short_counts(value: int, text: str) -> None:
    assert wording.short_count(value) == text


def test_times_are_utc_with_z() -> None:
    moment = datetime(2026, 4, 22, 2, tzinfo=timezone(timedelta(hours=2)))
    assert wording.iso(moment) == "2026-04-22T00:00:00Z"
    assert wording.iso(datetime(2026, 4, 22, 0, 0, 0, 5)) == "2026-04-22T00:00:00.000005Z"
    assert wording.as_utc(datetime(2026, 4, 22)).tzinfo is UTC


def test_durations_and_strengths() -> None:
    assert wording.duration(timedelta(hours=1)) == "1 hour"
    assert wording.duration(timedelta(days=14)) == "14 days"
    assert [wording.strength(value) for value in (0.1, -0.7, 1.5, -3.0)] == [
        "barely worth a mention", "substantial", "strong", "decisive",
    ]  # fmt: skip
    assert wording.log10_e(-3.2) == "−3.2"
    assert wording.log10_e(0.01) == "0.0"


def test_a_headline_becomes_its_first_sentence_on_one_line() -> None:
    assert wording.one_line("12 accounts,\n  40 requests each. More.") == "12 accounts, 40 requests each"
    assert wording.one_line("a rate of 0.4 stays whole") == "a rate of 0.4 stays whole"
    clauses = wording.one_line("; ".join(["one template in all of them"] * 9))
    assert clauses == "; ".join(["one template in all of them"] * 5) + "…"
    assert wording.one_line("word " * 60) == ("word " * 31).rstrip() + "…"
    assert wording.one_line("x" * 500) == "x" * 159 + "…"

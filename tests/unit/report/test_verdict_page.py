"""The page, the JSON and the terminal of a verdict on a suspect."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Reader
from rich.console import Console
from scan_fixture import NOW
from verdict_fixture import VERDICTS, inconclusive, negative, not_evaluated, positive, underflowing

from revenuer.records.suspect_verdict import Effect, PlanStatus, Registration, SuspectVerdict
from revenuer.report import verdict_wording as words
from revenuer.report.contract import json_bytes
from revenuer.report.verdict_drawings import effect_drawing, series_figures
from revenuer.report.verdict_json import verdict_json
from revenuer.report.verdict_page import verdict_page
from revenuer.report.verdict_terminal import print_verdict

HASH = "e3" * 32


def read(verdict: SuspectVerdict) -> Reader:
    return Reader(verdict_page(verdict, None if verdict.p is None else HASH, NOW, signed=True))


def text_of(verdict: SuspectVerdict) -> str:
    return " ".join(" ".join(read(verdict).text).split())


def printed(verdict: SuspectVerdict, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    print_verdict(verdict, Console(file=stream, width=100))
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("make", VERDICTS.values(), ids=VERDICTS)
def test_the_policy_allows_exactly_the_inline_parts_and_nothing_from_outside(
    make: Callable[[], SuspectVerdict],
) -> None:
    found = read(make())
    for kind in ("script", "style"):
        allowed = re.search(rf"{kind}-src ([^;]*)", found.policy)
        assert allowed is not None
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
            for part in found.inline[kind]
        ]
        assert allowed[1].split() == hashes
    assert found.policy.startswith("default-src 'none'")
    assert all(reference.startswith("#") for reference in found.references)
    assert not {"style", "onclick", "onload", "onerror", "src"} & found.attributes
    assert not {"link", "iframe", "img", "object", "form", "base", "b"} & set(found.tags)


@pytest.mark.parametrize("make", VERDICTS.values(), ids=VERDICTS)
def test_each_link_leads_somewhere(make: Callable[[], SuspectVerdict]) -> None:
    page = verdict_page(make(), HASH, NOW)
    for reference in read(make()).references:
        assert f'id="{reference[1:]}"' in page


def test_the_outcome_comes_first_and_everything_that_it_rests_on_is_there() -> None:
    text = text_of(positive())
    title = text.index("Positive: chance alone does not explain this")
    for part in (
        "knows what was released better",
        "The lot had no influence",
        "one in 20,000 such tests",
        "5e-05, reached: p could not have been smaller",
        "412 records given, 400 records tested",
        "pre-registered, in the plan with SHA-256 abab",
        "gain 0.42 nats a token (95% interval 0.11 to 0.73)",
        "No twin was ever published.",
        "A published copy of the released answers.",
        "Which account asked.",
        "not of the null hypothesis given these data",
        HASH,
    ):
        assert text.index(part) > title


def test_details_become_tables_and_series_are_drawn() -> None:
    text, page = text_of(positive()), verdict_page(positive(), HASH, NOW)
    assert "weighting rank" in text
    assert "c3 300 −1.5 yes" in text
    assert "left out" in text
    assert "and 18 more" in text
    assert page.count('class="curve"') == 1
    assert page.count('class="dots"') == 1
    assert "1,667 of 5,000 points are drawn." in text


def test_a_long_table_is_cut_and_says_so() -> None:
    verdict = replace(positive(), details={"rows": [{"i": i} for i in range(250)]})
    assert "100 of 250 rows are shown; all are in verdict.json." in text_of(verdict)


def test_a_p_value_never_reads_zero() -> None:
    text = text_of(underflowing())
    assert "5.0e-413" in text
    assert "one in 1e412.3 such tests" in text
    assert "no floor" in text


@pytest.mark.parametrize(
    ("p", "log10_p", "said"),
    [
        (1.0, 0.0, "1.0000"),
        (0.0123, -1.91, "0.0123"),
        (3.1e-5, -4.5, "3.1e-05"),
        (0.0, -1e6, "1.0e-1000000"),
        (None, None, "none"),
    ],
)
def test_p_in_words(p: float | None, log10_p: float | None, said: str) -> None:
    assert words.p_text(p, log10_p) == said


def test_what_no_verdict_says_depends_on_its_outcome() -> None:
    assert "does not show that the suspect is clean" in text_of(negative())
    assert "Do not report it as a finding" in text_of(inconclusive())
    assert "not evidence of anything" in text_of(not_evaluated())
    assert "no evidence pack" in text_of(not_evaluated())


def test_a_deviation_is_told_with_its_reason() -> None:
    assert "n is 297 prompts, planned was 300; reason given: three time-outs" in text_of(negative())


def test_hostile_text_is_shown_and_does_nothing() -> None:
    found = read(VERDICTS["hostile"]())
    assert "b" not in found.tags
    text = " ".join(found.text)
    assert '<b onclick="x">' in text
    assert "\u202e" not in text


@pytest.mark.parametrize("make", VERDICTS.values(), ids=VERDICTS)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_the_terminal_says_the_same(make: Callable[[], SuspectVerdict], encoding: str) -> None:
    text = printed(make(), encoding)
    assert words.verdict_line(make()) in text
    assert "null hypothesis" in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_the_json_has_every_field_in_a_fixed_order() -> None:
    content = verdict_json(positive(), NOW)
    assert list(content) == [
        "schema_version", "generated_by", "generated_at", "test", "suspect", "outcome", "summary", "reason", "h0", "alpha", "p", "log10_p",
        "floor", "effect", "n", "assumptions", "explanations", "limits", "registration", "details",
    ]  # fmt: skip
    assert json.loads(json_bytes(content)) == content
    assert content["schema_version"] == 1
    assert content["effect"] == {
        "name": "gain", "value": 0.42, "low": 0.11, "high": 0.73, "unit": "nats a token", "level": 0.95, "null": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), [1.0, float("nan")], {"a": {"b": float("-inf")}}]
)
def test_a_number_that_is_none_is_refused_by_name(value: Any) -> None:
    with pytest.raises(ValueError, match=r"details\.x.* is (nan|-?inf)"):
        verdict_json(replace(positive(), details={"x": value}), NOW)


def test_numbers_of_numpy_are_numbers() -> None:
    details = {"n": np.int64(3), "share": np.float64(0.5), "named": np.bool_(True)}
    assert verdict_json(replace(positive(), details=details), NOW)["details"] == {
        "n": 3,
        "share": 0.5,
        "named": True,
    }


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_what_json_does_not_know_is_refused_by_name(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"details\.x"):
        verdict_json(replace(positive(), details={"x": value}), NOW)


@pytest.mark.parametrize(
    ("low", "value", "high", "null"),
    [(0.0, 0.0, 0.0, None), (1e-9, 2e-9, 3e-9, 0.0), (-1e12, 0.0, 1e12, 5.0), (3.0, 3.0, 3.0, 3.0)],
)
def test_any_effect_can_be_drawn(low: float, value: float, high: float, null: float | None) -> None:
    drawn = str(effect_drawing(Effect(name="e", value=value, low=low, high=high, unit="", null=null)))
    places = [float(place) for place in re.findall(r'[cx][x12]="([\d.]+)%"', drawn)]
    assert places
    assert all(0 <= place <= 100 for place in places)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.text(max_size=6) | st.just("series"), JSON, max_size=4))
def test_any_details_can_be_shown(details: dict[str, Any]) -> None:
    verdict = replace(inconclusive(), details=details)
    found = Reader(verdict_page(verdict, HASH, NOW))
    assert "b" not in found.tags
    assert json_bytes(verdict_json(verdict, NOW))


@given(JSON)
def test_any_series_is_drawn_or_left_out(series: Any) -> None:
    assert isinstance(series_figures([{"name": "s", "x": series, "y": series}]), tuple)


def test_a_registration_does_not_contradict_itself() -> None:
    with pytest.raises(ValueError, match="plan's hash"):
        Registration(status=PlanStatus.PRE_REGISTERED)
    with pytest.raises(ValueError, match="plan's hash"):
        Registration(plan_sha256="ab" * 32)
    with pytest.raises(ValueError, match="says where"):
        Registration(status=PlanStatus.DEVIATES, plan_sha256="ab" * 32)

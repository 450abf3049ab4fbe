"""What a plan refuses, and what it adds up."""

from datetime import UTC, datetime

import pytest

from revenuer.prove.plan import DESIGNS, AskedTest, Plan, Price, make_plan
from revenuer.records import UsageError

ENOUGH = {
    "canary": {"n": "40"},
    "detect": {"n": "100"},
    "lineage-answers": {"n": "999"},
    "radioactivity": {"n": "300"},
    "safety": {"n": "300"},
    "twins": {"n": "400"},
}


def plan(*asked: AskedTest, alpha: float = 0.01, price: Price | None = None) -> Plan:
    return make_plan(
        suspect="acme",
        alpha=alpha,
        asked=asked,
        price=price,
        commitment_root="",
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_every_design_can_be_planned_and_has_power_at_a_sensible_size() -> None:
    made = plan(*(AskedTest(test=name, values=ENOUGH[name]) for name in DESIGNS))
    assert {test.test for test in made.tests} == DESIGNS.keys()
    for test in made.tests:
        assert test.alpha == pytest.approx(0.01 / len(DESIGNS))
        assert 0.4 < test.power <= 1.0, test.test


@pytest.mark.parametrize(
    ("test", "values", "said"),
    [
        (
            "lineage-answers",
            {"n": "11"},
            "smallest possible p is 0.0833, above its alpha 0.01: .*add independent null projects",
        ),
        ("safety", {"n": "5"}, "smallest possible p is 0.0156.*plan more prompts"),
        ("safety", {"n": "300", "gamma": "0.02"}, "smallest possible p is 0.02, .*a smaller gamma"),
        ("canary", {"n": "1", "decoys": "98"}, "smallest possible p is 0.0101.*more decoys"),
        ("twins", {"n": "6"}, "smallest possible p is 0.0156.*plan more records"),
        (
            "detect",
            {"n": "1", "tokens": "3", "chance": "0.25"},
            "smallest possible p is 0.0156.*plan more answers",
        ),
        ("detect", {"n": "100", "effect": "0.25"}, "no more than by chance"),
        ("detect", {"n": "100", "scheme": "purple"}, "expected one of green, gumbel"),
        ("detect", {"n": "100", "chance": "1.5"}, "expected 1e-06 to 0.999"),
        ("detect", {"n": "100", "chance": "nan"}, "expected 1e-06 to 0.999"),
        ("detect", {"n": "ten"}, "expected a whole number"),
        ("detect", {"n": "0"}, "expected 1 to"),
        ("detect", {}, "got no n; say how many answers"),
        ("twins", {"n": "400", "twin": "3"}, "did you mean twins"),
        ("twin", {"n": "400"}, "did you mean twins"),
    ],
)
def test_what_cannot_succeed_is_refused_with_a_remedy(test: str, values: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        plan(AskedTest(test=test, values=values))


def test_a_floor_counts_against_the_level_that_the_family_leaves() -> None:
    lineage = AskedTest(test="lineage-answers", values={"n": "99"})
    assert plan(lineage).tests[0].log10_floor == pytest.approx(-2.0)
    with pytest.raises(UsageError, match=r"above its alpha 0\.005"):
        plan(lineage, AskedTest(test="safety", values={"n": "300"}))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(UsageError, match=r"lineage-answers.*; safety"):
        plan(
            AskedTest(test="lineage-answers", values={"n": "3"}), AskedTest(test="safety", values={"n": "2"})
        )


def test_a_family_needs_a_test() -> None:
    with pytest.raises(UsageError, match="got no tests"):
        plan()


def test_tokens_and_money_add_up() -> None:
    price = Price(input_per_million=2.0, output_per_million=10.0, currency="USD")
    made = plan(
        AskedTest(
            test="twins", values={"n": "400", "twins": "4", "input_tokens": "100", "output_tokens": "50"}
        ),
        AskedTest(test="safety", values={"n": "300", "input_tokens": "100", "output_tokens": "50"}),
        price=price,
    )
    twins, safety = made.tests
    assert (twins.requests, twins.input_tokens, twins.output_tokens) == (2000, 300_000, 2000)
    assert (safety.requests, safety.input_tokens, safety.output_tokens) == (300, 30_000, 15_000)
    assert price.of(twins) == pytest.approx(0.62)
    assert price.of(safety) == pytest.approx(0.21)


def test_the_form_of_radioactivity_decides_what_is_counted_and_what_it_costs() -> None:
    closed, opened = (
        plan(AskedTest(test="radioactivity", values={"n": "2000", "form": form, "effect": effect})).tests[0]
        for form, effect in (("closed", "0.26"), ("open", "0.1"))
    )
    assert (closed.unit, closed.requests) == ("answers", 2000)
    assert (opened.unit, opened.requests, opened.log10_floor) == ("windows", 0, None)
    assert opened.power > 0.9

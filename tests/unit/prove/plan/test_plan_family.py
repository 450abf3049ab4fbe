"""What a family of tests says together, and that nobody can choose among its members."""

import hashlib
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.prove.plan import (
    AskedTest,
    PlanRead,
    StatedVerdict,
    combine,
    make_plan,
    plan_bytes,
    stated_verdict,
)
from revenuer.prove.plan.family import StatedRegistration
from revenuer.records import InputError, UsageError
from revenuer.records.suspect_verdict import PlanStatus


def a_plan() -> PlanRead:
    plan = make_plan(
        suspect="acme",
        alpha=0.01,
        asked=[
            AskedTest(test="twins", values={"n": "400"}),
            AskedTest(test="safety", values={"n": "300"}),
            AskedTest(test="canary", values={"n": "20"}),
        ],
        price=None,
        commitment_root="",
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    content = plan_bytes(plan)
    return PlanRead(plan=plan, content=content, sha256=hashlib.sha256(content).hexdigest())


PLAN = a_plan()


def said(
    test: str,
    log10_p: float | None,
    status: PlanStatus = PlanStatus.PRE_REGISTERED,
    plan: str = "",
    suspect: str = "acme",
) -> StatedVerdict:
    return StatedVerdict(
        schema_version=1,
        test=test,
        suspect=suspect,
        outcome="not_evaluated" if log10_p is None else "inconclusive",
        alpha=0.01 / 3,
        log10_p=log10_p,
        registration=StatedRegistration(
            status,
            "" if status is PlanStatus.EXPLORATORY else plan or PLAN.sha256,
            ["n"] if status is PlanStatus.DEVIATES else [],
        ),
    )


def test_holm_runs_over_the_plan_whatever_was_given() -> None:
    family = combine([said("twins", -2.4)], PLAN, 0.5)
    assert {member.test: member.rejected for member in family.members} == {
        "twins": False,
        "safety": False,
        "canary": False,
    }
    assert family.members[0].log10_adjusted == pytest.approx(-2.4 + np.log10(3))
    assert [member.why_not for member in family.members] == ["", "it was not run", "it was not run"]
    assert combine([said("twins", -2.5)], PLAN, 0.5).members[0].rejected


def test_a_second_rejection_is_easier_than_the_first() -> None:
    family = combine([said("twins", -8.0), said("safety", -2.4), said("canary", -0.1)], PLAN, 0.5)
    assert [member.rejected for member in family.members] == [True, True, False]


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (said("twins", -9.0, PlanStatus.EXPLORATORY), "it is exploratory"),
        (said("twins", -9.0, PlanStatus.DEVIATES), "it left the plan: n"),
        (said("twins", -9.0, plan="cd" * 32), "it follows another plan"),
        (said("twins", None), "it was not evaluated"),
    ],
)
def test_what_was_not_as_planned_counts_as_nothing(verdict: StatedVerdict, why: str) -> None:
    family = combine([verdict, said("safety", -2.5)], PLAN, 0.5)
    assert not family.members[0].rejected
    assert family.members[0].why_not == why
    assert family.members[1].rejected


def test_nobody_chooses_among_verdicts_of_one_planned_test() -> None:
    with pytest.raises(UsageError, match="more verdicts of twins than the plan has"):
        combine([said("twins", -9.0), said("twins", -1.0)], PLAN, 0.5)
    with pytest.raises(UsageError, match="more verdicts of lineage-answers"):
        combine([said("lineage-answers", -9.0)], PLAN, 0.5)


def test_one_suspect_at_a_time() -> None:
    with pytest.raises(UsageError, match="expected one suspect"):
        combine([said("twins", -9.0, suspect="other")], PLAN, 0.5)
    with pytest.raises(UsageError, match="expected one suspect"):
        combine([said("twins", -9.0, suspect="a"), said("safety", -9.0, suspect="b")], None, 0.5)


def test_without_a_plan_the_family_is_what_was_given() -> None:
    family = combine(
        [said("twins", -2.2, PlanStatus.EXPLORATORY), said("safety", -1.0, PlanStatus.EXPLORATORY)],
        None,
        0.05,
    )
    assert not family.planned
    assert [member.rejected for member in family.members] == [True, False]


def test_the_family_errs_no_more_often_than_alpha() -> None:
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(4000):
        p = rng.uniform(size=3)
        family = combine(
            [
                said(test, float(np.log10(x)))
                for test, x in zip(("twins", "safety", "canary"), p, strict=True)
            ],
            PLAN,
            0.5,
        )
        wrong += any(member.rejected for member in family.members)
    assert wrong / 4000 <= 0.01 + 4 * np.sqrt(0.01 * 0.99 / 4000)


@given(
    st.dictionaries(
        st.sampled_from(["schema_version", "test", "suspect", "outcome", "alpha", "log10_p", "registration"]),
        st.none() | st.integers() | st.text(),
    )
)
def test_what_is_no_verdict_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(InputError, match="place is no verdict"):
        stated_verdict(content, "place")

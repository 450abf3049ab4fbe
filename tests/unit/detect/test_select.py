"""From judgements to campaigns: one group once, false discoveries controlled, evidence of several kinds."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from builders.linked import linked
from revenuer.detect.calibration import load_calibration
from revenuer.detect.group import Group
from revenuer.detect.judge import MAX_LOG10_E, MIN_FAMILIES, Judgement, combine
from revenuer.detect.membership import Linkage
from revenuer.detect.select import Selection, select_campaigns
from revenuer.records import Evidence, Outcome

SIZE = 100


def linkage() -> Linkage:
    return linked(SIZE)


def judgement(
    accounts: Iterable[int],
    log10_e: float,
    sufficient: bool = True,
    *,
    odds: Sequence[float] | None = None,
) -> Judgement:
    codes = np.array(sorted(accounts))
    group = Group(
        accounts=codes,
        odds=np.zeros(len(codes)) if odds is None else np.array(odds, float),
        facts={},
        family=None,
    )
    return Judgement(group=group, evidence=(), log10_e=log10_e, sufficient=sufficient)


def accounts(selection: Selection) -> list[list[int]]:
    return [j.group.accounts.tolist() for j in selection.campaigns]


def test_strong_groups_are_campaigns_strongest_first() -> None:
    given = [judgement(range(10), 5.0), judgement(range(20, 30), 8.0), judgement(range(40, 50), -2.0)]
    found = select_campaigns(given, linkage())
    assert accounts(found) == [list(range(20, 30)), list(range(10))]
    assert [j.log10_e for j in found.cleared] == [-2.0]


def test_one_kind_of_evidence_is_no_campaign() -> None:
    found = select_campaigns([judgement(range(10), 9.0, sufficient=False)], linkage())
    assert found.campaigns == found.watched == []
    assert len(found.cleared) == 1


def test_one_group_seen_twice_is_reported_once() -> None:
    found = select_campaigns([judgement(range(10), 7.0), judgement(range(2, 14), 6.0)], linkage())
    assert accounts(found) == [list(range(10))]


def test_campaigns_share_no_account() -> None:
    given = [
        judgement(range(14), 9.0),
        judgement(range(14, 28), 6.0),
        judgement([4, 5, 15, 16, 60, 61], 5.0),
    ]
    owned = [a for group in accounts(select_campaigns(given, linkage())) for a in group]
    assert len(owned) == len(set(owned))


def test_an_account_goes_to_the_group_that_it_fits_best() -> None:
    first = judgement(range(20), 9.0, odds=[2.0] * 18 + [1.5, 1.5])
    second = judgement(range(18, 40), 9.0, odds=[3.0, 3.0] + [2.0] * 20)
    found = select_campaigns([first, second], linkage())
    assert sorted(accounts(found)) == [list(range(18)), list(range(18, 40))]


def test_what_is_left_of_a_group_that_others_claim_is_not_reported() -> None:
    """Its evidence was theirs: thirteen bystanders must not be named for seven replayers among them."""
    replayers = judgement(range(30), 9.0, odds=[3.0] * 30)
    mixed = judgement(range(23, 43), 6.0, odds=[1.5] * 20)
    assert accounts(select_campaigns([replayers, mixed], linkage())) == [list(range(30))]


def test_of_groups_beyond_the_calibration_the_larger_goes_first() -> None:
    core, operator = judgement(range(12), MAX_LOG10_E), judgement(range(40), MAX_LOG10_E)
    assert accounts(select_campaigns([core, operator], linkage())) == [list(range(40))]


def test_a_reported_group_is_not_cleared_as_well() -> None:
    first, second = judgement(range(20), 9.0, odds=[2.0] * 20), judgement(range(18, 40), 8.0, odds=[1.0] * 22)
    found = select_campaigns([first, second], linkage())
    assert accounts(found) == [list(range(20)), list(range(20, 40))]
    assert found.cleared == found.watched == []


def test_more_candidates_ask_for_more_evidence() -> None:
    alone = select_campaigns([judgement(range(5), 2.5)], linkage())
    crowd = [judgement(range(5), 2.5), *(judgement(range(5 + 3 * i, 8 + 3 * i), -3.0) for i in range(1, 25))]
    assert len(alone.campaigns) == 1
    among = select_campaigns(crowd, linkage())
    assert among.campaigns == []
    assert [j.log10_e for j in among.watched] == [2.5]


def test_order_of_candidates_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    given = [judgement(rng.choice(SIZE, 6, replace=False), float(e)) for e in rng.normal(2, 4, 30)]
    base = accounts(select_campaigns(given, linkage()))
    shuffled = [given[i] for i in rng.permutation(30)]
    assert accounts(select_campaigns(shuffled, linkage())) == base


def test_nothing_to_select() -> None:
    found = select_campaigns([], linkage())
    assert found.campaigns == found.watched == found.cleared == []


def evidence(family: str, weight: float) -> Evidence:
    return Evidence(
        signal=family,
        family=family,
        outcome=Outcome.POSITIVE,
        log10_bayes_factor=weight,
        summary="",
        look_alike="",
    )


def test_second_answers_of_a_family_count_less() -> None:
    calibration = load_calibration()
    assert 0 <= calibration.dependence < 1
    once = combine([evidence("a", 2.0)], calibration)
    apart = combine([evidence("a", 2.0), evidence("b", 1.0)], calibration)
    together = combine([evidence("a", 2.0), evidence("a", 1.0)], calibration)
    assert apart > together > once or calibration.dependence == 0
    assert combine([], calibration) <= 0
    assert MIN_FAMILIES >= 2


@pytest.mark.parametrize("level", [0.001, 0.05])
def test_a_laxer_level_never_reports_less(level: float) -> None:
    given = [judgement(range(5 * i, 5 * i + 5), e) for i, e in enumerate((1.2, 2.1, 2.9, 3.5, 6.0))]
    strict = accounts(select_campaigns(given, linkage(), level=0.0001))
    assert set(map(tuple, strict)) <= set(
        map(tuple, accounts(select_campaigns(given, linkage(), level=level)))
    )

"""What a match is worth."""

import numpy as np
import pytest

from revenuer.detect.campaign_index import KeyKind, log10_weight
from revenuer.detect.identity import MAX_WEIGHT


def test_it_is_the_ratio_of_shares_with_one_stranger_more() -> None:
    assert log10_weight(KeyKind.SPAN, 30, 40, 4, 9_999) == pytest.approx(np.log10(0.75 / (5 / 10_000)))


def test_a_member_is_as_certain_as_the_log_is_large() -> None:
    assert log10_weight(KeyKind.MEMBER, 40, 40, 0, 9_999) == pytest.approx(4.0)


def test_what_is_common_outside_speaks_against() -> None:
    assert log10_weight(KeyKind.SPAN, 1, 40, 5_000, 9_999) < 0


@pytest.mark.parametrize("name", sorted(MAX_WEIGHT))
def test_an_identity_value_is_worth_no_more_than_to_a_scan(name: str) -> None:
    assert log10_weight(KeyKind[name.upper()], 40, 40, 0, 10**9) == MAX_WEIGHT[name]


def test_every_kind_has_a_weight() -> None:
    assert all(np.isfinite(log10_weight(kind, 3, 4, 0, 100)) for kind in KeyKind)

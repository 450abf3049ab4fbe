"""Tango's score interval: his own example, its ends, and that it never has width 0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.prove.safety.paired_interval import _score, tango_interval


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60))
def test_the_limits_are_where_the_score_is_the_quantile(b: int, c: int, concordant: int) -> None:
    n = b + c + concordant
    if n == 0:
        return
    low, high = tango_interval(b, c, n)
    assert -1.0 <= low < high <= 1.0
    assert low <= (b - c) / n <= high
    if low > -1.0:
        assert _score(b, c, n, low) == pytest.approx(1.959964, abs=1e-3)
    if high < 1.0:
        assert _score(b, c, n, high) == pytest.approx(-1.959964, abs=1e-3)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 60))
def test_sides_exchanged_is_the_same_turned_round(b: int, c: int, concordant: int) -> None:
    low, high = tango_interval(b, c, b + c + concordant)
    other_low, other_high = tango_interval(c, b, b + c + concordant)
    assert (low, high) == pytest.approx((-other_high, -other_low), abs=1e-9)


def test_no_discordant_pair() -> None:
    # With b = c = 0 the limits solve n d^2 = z^2 (1 - d^2) / ... ; Tango's closed form is z^2 / (n + z^2).
    low, high = tango_interval(0, 0, 50)
    z2 = 1.959964**2
    assert high == pytest.approx(z2 / (50 + z2), abs=1e-5)
    assert low == pytest.approx(-high, abs=1e-9)


@pytest.mark.parametrize("bad", [(-1, 0, 5), (3, 3, 5), (0, 0, 0)])
def test_impossible_counts(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        tango_interval(*bad)

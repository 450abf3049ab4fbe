import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.stats import clopper_pearson, wilson


def test_published_values() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 95 %.
    w, c = wilson(81, 263), clopper_pearson(81, 263)
    assert (round(w.low, 4), round(w.high, 4)) == (0.2553, 0.3662)
    assert (round(c.low, 4), round(c.high, 4)) == (0.2527, 0.3676)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_exact_holds_the_share_and_the_ends(case: tuple[int, int]) -> None:
    k, n = case
    for interval in (wilson(k, n), clopper_pearson(k, n)):
        assert 0.0 <= interval.low <= k / n + 1e-12
        assert k / n - 1e-12 <= interval.high <= 1.0


def test_bad_input_is_refused() -> None:
    for k, n in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="successes"):
            wilson(k, n)
    with pytest.raises(ValueError, match="confidence"):
        clopper_pearson(1, 2, 1.0)

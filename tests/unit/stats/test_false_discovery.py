import numpy as np
import pytest

from revenuer.stats import e_bh


def test_e_bh_takes_the_largest_k_that_clears_its_own_bar() -> None:
    # m = 4, level 0.1: bars 40, 20, 13.3, 10. The second alone fails at k = 1 but the first three clear k = 3.
    result = e_bh(np.log10([30.0, 15.0, 14.0, 1.0]), 0.1)
    assert result.rejected.tolist() == [True, True, True, False]
    assert result.count == 3
    assert 10**result.cut == pytest.approx(40 / 3)


def test_e_bh_counts_hypotheses_that_were_never_judged() -> None:
    assert e_bh([np.log10(50.0)], 0.1, hypotheses=4).count == 1
    assert e_bh([np.log10(50.0)], 0.1, hypotheses=6).count == 0
    with pytest.raises(ValueError, match="at least 2"):
        e_bh([1.0, 2.0], 0.1, hypotheses=1)


def test_e_bh_handles_nothing_and_infinities() -> None:
    assert e_bh([], 0.01).count == 0
    assert e_bh([np.inf, -np.inf], 0.01).rejected.tolist() == [True, False]


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        e_bh([1.0], 0.0)
    with pytest.raises(ValueError, match="NaN"):
        e_bh([float("nan")], 0.1)

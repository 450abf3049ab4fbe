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


def test_weights_multiply_and_their_sum_is_bounded() -> None:
    assert e_bh(np.log10([50.0, 1.0]), 0.01).count == 0
    assert e_bh(np.log10([150.0, 1.0]), 0.01, weights=[1.5, 0.5]).rejected.tolist() == [True, False]
    assert e_bh(np.log10([150.0, 1.0]), 0.01, weights=[0.0, 2.0]).count == 0
    with pytest.raises(ValueError, match="sum of at most 2"):
        e_bh([1.0, 1.0], 0.1, weights=[2.0, 1.0])
    with pytest.raises(ValueError, match="none negative"):
        e_bh([1.0, 1.0], 0.1, weights=[-1.0, 1.0])
    with pytest.raises(ValueError, match="2 weights"):
        e_bh([1.0, 1.0], 0.1, weights=[1.0])


def test_weights_of_any_kind_leave_the_false_discovery_rate_bounded() -> None:
    rng = np.random.default_rng(5)
    level, false = 0.1, []
    for _ in range(4000):
        m = 20
        # Under the null e = 1 / (2 sqrt(u)) has expectation one; three alternatives are far away.
        e = 0.5 / np.sqrt(rng.uniform(size=m))
        e[:3] *= 1e6
        weights = rng.dirichlet(np.full(m, 0.1)) * m
        rejected = e_bh(np.log10(e), level, weights=weights).rejected
        false.append(rejected[3:].sum() / max(rejected.sum(), 1))
    assert np.mean(false) <= level

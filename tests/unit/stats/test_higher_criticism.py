import numpy as np
import pytest

from revenuer.stats.higher_criticism import higher_criticism, higher_criticism_statistic


def test_sees_a_few_small_values_that_no_single_test_would() -> None:
    rng = np.random.default_rng(7)
    p = rng.random(2000)
    p[:60] = 1e-4 + rng.random(60) * 0.004
    p = np.maximum(p, 1e-4)
    assert p.min() > 0.05 / 2000
    found = higher_criticism(p, rng, resamples=199)
    assert found.p_value <= 0.01
    assert 40 <= found.suspected <= 120


def test_uniform_values_are_not_accused() -> None:
    rng = np.random.default_rng(8)
    p = [higher_criticism(rng.random(200), rng, resamples=99).p_value for _ in range(200)]
    assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.10


def test_edges() -> None:
    assert higher_criticism_statistic([1.0]) == (0.0, 0)
    with pytest.raises(ValueError, match="at least one"):
        higher_criticism_statistic([])

import numpy as np
import pytest

from revenuer.stats import robust_scale


def test_a_minority_of_wild_values_changes_little() -> None:
    values = np.random.default_rng(2).normal(5.0, 2.0, 2000)
    wild = np.concatenate([values, np.full(600, 1e9)])
    assert robust_scale(values).scale == pytest.approx(2.0, rel=0.06)
    assert robust_scale(wild).location == pytest.approx(5.0, abs=1.0)
    assert robust_scale(wild).scale < 4.0


def test_a_constant_column_is_not_divided_by_zero() -> None:
    assert robust_scale([7.0, 7.0]).standardise([8.0]).tolist() == [1.0]


def test_nothing_and_nan_are_refused() -> None:
    for bad in ([], [float("nan")]):
        with pytest.raises(ValueError, match="at least one"):
            robust_scale(bad)

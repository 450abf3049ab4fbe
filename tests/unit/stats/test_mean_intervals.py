"""Student's interval: as scipy has it, and as wide as it must be."""

import numpy as np
import pytest
from scipy import stats

from revenuer.stats.mean_intervals import t_interval


def test_it_agrees_with_scipys() -> None:
    values = [0.1, 0.4, 0.2, 0.9]
    found = t_interval(values, 0.9)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.mean, found.n) == (pytest.approx(0.4), 4)


def test_one_value_has_no_interval_and_none_is_refused() -> None:
    assert (t_interval([2.0]).low, t_interval([2.0]).high) == (None, None)
    for values, confidence in (([], 0.9), ([1.0, 2.0], 1.0)):
        with pytest.raises(ValueError, match="expected values"):
            t_interval(values, confidence)


def test_it_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for values in rng.normal(3.0, 2.0, (4000, 3)):
        found = t_interval(list(values))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 3.0 <= found.high
    assert 0.94 < held / 4000 < 0.96

import numpy as np
import pytest

from revenuer.stats import gaussian_kernel, median_bandwidth


def test_the_bandwidth_is_the_median_distance() -> None:
    rng = np.random.default_rng(3)
    assert median_bandwidth([[0.0], [1.0], [3.0]], rng) == 2.0
    assert median_bandwidth([[7.0], [7.0]], rng) == 1.0
    with pytest.raises(ValueError, match="two rows"):
        median_bandwidth([[1.0]], rng)


def test_bad_bandwidths_are_refused() -> None:
    with pytest.raises(ValueError, match="bandwidth"):
        gaussian_kernel(np.zeros((2, 2)), np.zeros((3, 2)), 0.0)

import numpy as np
import pytest

from revenuer.stats import benign_p_value, benign_p_values


def test_counts_ties_against_the_claim() -> None:
    assert benign_p_value(3.0, [1.0, 2.0, 3.0, 4.0]) == pytest.approx(3 / 5)
    assert benign_p_value(9.0, [1.0, 2.0, 3.0, 4.0]) == pytest.approx(1 / 5)


def test_without_a_null_nothing_is_unusual() -> None:
    assert benign_p_value(9.0, []) == 1.0


def test_is_valid_at_every_level_for_exchangeable_values() -> None:
    rng = np.random.default_rng(1)
    p = np.concatenate([benign_p_values(rng.normal(size=1), rng.normal(size=99)) for _ in range(4000)])
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level / 4000)


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        benign_p_value(float("nan"), [1.0])

"""p-values beyond the largest null value."""

import numpy as np
import pytest

from revenuer.stats import benign_p_values, log10_e_from_p_power, tail_p_values


def test_within_the_null_they_are_ranks() -> None:
    null = np.random.default_rng(1).normal(size=1000)
    values = np.quantile(null, [0.1, 0.5, 0.9])
    assert tail_p_values(values, null) == pytest.approx(benign_p_values(values, null))


def test_beyond_the_null_they_go_on_falling() -> None:
    null = np.random.default_rng(1).normal(size=2000)
    p = tail_p_values([null.max(), 5.0, 7.0, 9.0], null)
    assert (np.diff(p) < 0).all()
    assert p[2] < 1e-5


def test_never_smaller_than_normal_or_exponential_truth() -> None:
    rng = np.random.default_rng(2)
    assert tail_p_values([6.0], rng.normal(size=4000))[0] > 1e-9
    assert tail_p_values([15.0], rng.standard_exponential(size=4000))[0] > np.exp(-15) / 2


def test_foreign_values_in_the_null_make_them_larger() -> None:
    null = np.random.default_rng(3).normal(size=2000)
    assert tail_p_values([6.0], np.append(null, np.full(20, 8.0)))[0] > tail_p_values([6.0], null)[0]


@pytest.mark.parametrize("null", [np.zeros(99), np.append(np.zeros(200), np.nan)])
def test_too_few_or_not_a_number_is_refused(null: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected at least"):
        tail_p_values([1.0], null)


def test_a_constant_null_does_not_divide_by_zero() -> None:
    assert tail_p_values([0.0, 1.0], np.zeros(200)) == pytest.approx([1.0, 0.0], abs=0.2)


def test_the_power_calibrator_has_expectation_one() -> None:
    p = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert (10 ** log10_e_from_p_power(p, 0.5)).mean() == pytest.approx(1.0, abs=0.01)
    with pytest.raises(ValueError, match="kappa"):
        log10_e_from_p_power([0.1], 1.0)

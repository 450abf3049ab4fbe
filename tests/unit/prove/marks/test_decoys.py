import numpy as np
import pytest

from revenuer.prove.marks import check_decoys


def test_decoys_that_spread_by_one_hold() -> None:
    check = check_decoys(np.random.default_rng(1).normal(size=999))
    assert check.holds
    assert abs(check.inflation - 1.0) < 3 * check.error < 0.1


@pytest.mark.parametrize(
    ("scale", "shift", "said"),
    [(1.4, 0.0, "deviation 1.4"), (0.7, 0.0, "deviation 0.7"), (1.0, 0.4, "mean 0.")],
)
def test_decoys_that_do_not_take_the_analytic_p_away(scale: float, shift: float, said: str) -> None:
    z = np.random.default_rng(2).normal(size=999) * scale + shift
    check = check_decoys(z)
    assert not check.holds
    assert said in check.reason


def test_few_decoys_have_a_wide_error() -> None:
    """Ninety-nine decoys cannot tell 1.1 from 1.05."""
    z = np.random.default_rng(3).normal(size=99)
    assert check_decoys(1.1 * z / z.std(ddof=1)).holds
    z = np.random.default_rng(3).normal(size=9999)
    assert not check_decoys(1.1 * z / z.std(ddof=1)).holds


def test_constant_decoys_do_not_hold() -> None:
    assert not check_decoys(np.zeros(200)).holds


@pytest.mark.parametrize("z", [np.zeros(98), np.full(200, np.nan)])
def test_too_few_or_nan_are_refused(z: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least 99"):
        check_decoys(z)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from revenuer.stats import (
    log10_e_average,
    log10_e_from_p,
    log10_e_from_p_mixture,
    log10_e_product,
    log10_e_shrunk,
    p_from_log10_e,
)


@pytest.mark.parametrize("kappa", [0.1, 0.5, 0.9])
def test_kappa_calibrator_integrates_to_one(kappa: float) -> None:
    assert quad(lambda p: 10 ** log10_e_from_p(p, kappa=kappa), 0, 1, limit=200)[0] == pytest.approx(
        1.0, abs=1e-6
    )


def test_mixture_calibrator_integrates_to_one() -> None:
    # In t = -ln p the tail is 1/t^2, which quad integrates to infinity; at t = 0 the value is 1/2.
    value = quad(lambda t: 10 ** log10_e_from_p_mixture(np.exp(-t)) * np.exp(-t), 1e-9, 600)[0]
    assert value + 1 / 600 == pytest.approx(1.0, abs=1e-3)


def test_mixture_is_the_mean_of_the_kappa_calibrators() -> None:
    for p in (1e-6, 0.01, 0.5, 0.9999):
        mean = quad(lambda k, p=p: 10 ** log10_e_from_p(p, kappa=k), 0, 1)[0]
        assert 10 ** log10_e_from_p_mixture(p) == pytest.approx(mean, rel=1e-4)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
def test_calibrators_decrease_and_stay_finite(p: list[float]) -> None:
    p = sorted(p)
    for calibrate in (log10_e_from_p, log10_e_from_p_mixture):
        e = calibrate(p)
        assert np.isfinite(e).all()
        assert (np.diff(e) <= 1e-6).all()


def test_products_and_averages_of_huge_values_do_not_overflow() -> None:
    assert log10_e_product([300.0, 400.0]) == 700.0
    assert log10_e_average([1000.0, 1000.0]) == pytest.approx(1000.0)
    assert log10_e_average([-np.inf, 2.0]) == pytest.approx(np.log10(50))
    assert log10_e_average([0.0, 2.0], weights=[3, 1]) == pytest.approx(np.log10(25.75))


def test_empty_evidence_is_one() -> None:
    assert log10_e_product([]) == 0.0
    assert log10_e_average([]) == 0.0


def test_a_shrunk_bet_cannot_ruin_a_product() -> None:
    assert log10_e_shrunk(-50.0, share=0.5) == pytest.approx(np.log10(0.5))


def test_p_from_e_is_at_most_one() -> None:
    np.testing.assert_allclose(p_from_log10_e([-3.0, 0.0, 2.0]), [1.0, 1.0, 0.01])


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.1])
def test_bad_p_values_are_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        log10_e_from_p([p])


def test_bad_weights_and_kappa_are_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        log10_e_average([1.0, 2.0], weights=[0, 0])
    with pytest.raises(ValueError, match="kappa"):
        log10_e_from_p(0.5, kappa=1.0)
    with pytest.raises(ValueError, match="NaN"):
        log10_e_product([float("nan")])

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from revenuer.stats import log10_e_from_p_mixture


def test_mixture_calibrator_integrates_to_one() -> None:
    # In t = -ln p the tail is 1/t^2, which quad integrates to infinity; at t = 0 the value is 1/2.
    value = quad(lambda t: 10 ** log10_e_from_p_mixture(np.exp(-t)) * np.exp(-t), 1e-9, 600)[0]
    assert value + 1 / 600 == pytest.approx(1.0, abs=1e-3)


def test_mixture_is_the_mean_of_the_kappa_calibrators() -> None:
    for p in (1e-6, 0.01, 0.5, 0.9999):
        mean = quad(lambda kappa, p=p: kappa * p ** (kappa - 1), 0, 1)[0]
        assert 10 ** log10_e_from_p_mixture(p) == pytest.approx(mean, rel=1e-4)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
def test_the_calibrator_decreases_and_stays_finite(p: list[float]) -> None:
    e = log10_e_from_p_mixture(sorted(p))
    assert np.isfinite(e).all()
    assert (np.diff(e) <= 1e-6).all()


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.1])
def test_bad_p_values_are_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        log10_e_from_p_mixture([p])

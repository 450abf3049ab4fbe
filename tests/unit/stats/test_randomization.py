"""p-values by our own randomness: ranks, sign flips, Holm."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from revenuer.stats.randomization import holm, rank_p_value, sign_flip_p_value

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(NUMBERS, st.lists(NUMBERS, max_size=30))
def test_a_rank_counts_ties_against_the_claim(value: float, decoys: list[float]) -> None:
    p = rank_p_value(value, decoys)
    assert p == (1 + sum(decoy >= value for decoy in decoys)) / (len(decoys) + 1)
    assert rank_p_value(value, [*decoys, value]) >= p * (len(decoys) + 1) / (len(decoys) + 2)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9))
def test_few_signs_are_flipped_exactly(differences: list[int]) -> None:
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    exact = sum(one >= sum(differences) for one in sums) / len(sums)
    assert sign_flip_p_value(differences, np.random.default_rng(0)) == pytest.approx(exact)


def test_many_signs_agree_with_the_normal_law_and_never_reach_zero() -> None:
    rng = np.random.default_rng(1)
    differences = rng.normal(0.1, 1.0, 400)
    z = differences.sum() / np.sqrt((differences**2).sum())
    found = sign_flip_p_value(differences, rng, draws=19_999)
    assert found == pytest.approx(scipy_stats.norm.sf(z), rel=0.15)
    assert sign_flip_p_value(np.ones(100), rng, draws=999) == 1 / 1000


def test_sign_flips_hold_their_size_under_skewed_symmetric_noise() -> None:
    rng = np.random.default_rng(2)
    p = np.array(
        [sign_flip_p_value(rng.choice((-1, 1), 20) * rng.lognormal(0, 2, 20), rng, 199) for _ in range(2000)]
    )
    for alpha in (0.05, 0.01):
        assert (p <= alpha).sum() <= scipy_stats.binom.ppf(0.9999, len(p), alpha)


@given(st.lists(st.floats(-300, 0), min_size=1, max_size=12))
def test_holm_keeps_the_order_and_never_makes_a_p_value_smaller(log10_p: list[float]) -> None:
    adjusted = holm(log10_p)
    assert all(after >= before for before, after in zip(log10_p, adjusted, strict=True))
    assert all(one <= 0 for one in adjusted)
    assert min(adjusted) == pytest.approx(min(min(log10_p) + np.log10(len(log10_p)), 0.0))
    pairs = sorted(zip(log10_p, adjusted, strict=True))
    assert [after for _, after in pairs] == sorted(adjusted)


def test_holm_agrees_with_a_worked_example() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert [10**one for one in holm(np.log10(p).tolist())] == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    "call", [lambda: rank_p_value(float("nan"), [1.0]), lambda: rank_p_value(1.0, [float("nan")])]
)
def test_nan_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="without NaN"):
        call()


def test_nothing_to_flip_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sign_flip_p_value([], np.random.default_rng(0))

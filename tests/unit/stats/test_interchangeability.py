"""The variance between accounts is estimated without bias, and is nothing where accounts draw from one pool."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.stats.interchangeability import BetweenVariance, between_variance, summarise_halves


def measured(
    half_mean: np.ndarray,
    half_n: np.ndarray,
    *,
    scale: np.ndarray,
    rng: np.random.Generator,
    rounds: int = 100,
) -> BetweenVariance | None:
    """All accounts' variance."""
    found = summarise_halves(half_mean, half_n, scale=scale)
    return between_variance(found, np.arange(len(half_mean)), rng=rng, rounds=rounds)


def halves(rng: np.random.Generator, n: np.ndarray, between: float, dims: int = 6) -> np.ndarray:
    own = rng.normal(size=(len(n), 1, dims)) * np.sqrt(between)
    return own + rng.normal(size=(len(n), 2, dims)) / np.sqrt(n)[:, :, None]


def estimate(seed: int, accounts: int, between: float, rounds: int = 50) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    n = rng.integers(3, 40, (accounts, 2)).astype(float)
    found = measured(halves(rng, n, between), n, scale=np.ones(6), rng=rng, rounds=rounds)
    assert found is not None
    assert found.accounts == accounts
    return found.variance, found.low, found.high


@pytest.mark.parametrize("between", [0.0, 0.2, 3.0])
def test_recovers_the_variance_it_was_drawn_with(between: float) -> None:
    means = [estimate(seed, 30, between)[0] for seed in range(120)]
    assert np.mean(means) == pytest.approx(between, abs=4 * np.std(means) / np.sqrt(120) + 1e-3)


def test_null_estimates_scatter_around_zero() -> None:
    found = np.array([estimate(seed, 20, 0.0)[0] for seed in range(200)])
    assert 0.3 < (found > 0).mean() < 0.7


def test_interval_covers_about_as_often_as_it_says() -> None:
    hits = [
        low <= 1.0 <= high for _, low, high in (estimate(seed, 60, 1.0, rounds=200) for seed in range(150))
    ]
    assert 0.78 <= np.mean(hits) <= 0.97  # level 0.9, percentile bootstrap of sixty accounts


def test_agrees_with_the_analysis_of_variance_where_sizes_are_equal() -> None:
    rng = np.random.default_rng(7)
    n = np.full((12, 2), 5.0)
    x = halves(rng, n, 1.0, dims=1)
    found = measured(x, n, scale=np.ones(1), rng=rng)
    mean = x.mean(axis=1)[:, 0]
    within = ((x[:, 0, 0] - x[:, 1, 0]) ** 2 / (2 / 5)).mean()
    assert found is not None
    assert found.variance == pytest.approx(mean.var(ddof=1) - within / 10)


@given(st.integers(0, 2**32 - 1), st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=60, deadline=None)
def test_shift_scale_and_order_do_not_matter(seed: int, shift: float, factor: float) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(2, 20, (9, 2)).astype(float)
    x = halves(rng, n, 0.5)
    order = rng.permutation(9)
    base = measured(x, n, scale=np.ones(6), rng=np.random.default_rng(1))
    moved = measured(
        (x * factor + shift)[order], n[order], scale=np.full(6, factor**2), rng=np.random.default_rng(1)
    )
    assert base is not None
    assert moved is not None
    assert moved.variance == pytest.approx(base.variance, rel=1e-6, abs=1e-6)


def test_same_generator_same_interval() -> None:
    assert estimate(3, 20, 1.0) == estimate(3, 20, 1.0)


def test_dead_dimensions_are_left_out() -> None:
    rng = np.random.default_rng(0)
    n = np.full((10, 2), 6.0)
    x = halves(rng, n, 1.0)
    padded = np.concatenate([x, np.full((10, 2, 2), 4.0)], axis=2)
    scale = np.concatenate([np.ones(6), np.zeros(2)])
    a = measured(x, n, scale=np.ones(6), rng=np.random.default_rng(1))
    b = measured(padded, n, scale=scale, rng=np.random.default_rng(1))
    assert a == b
    assert measured(x, n, scale=np.zeros(6), rng=rng) is None


def test_accounts_with_too_little_do_not_enter() -> None:
    rng = np.random.default_rng(0)
    n = np.full((5, 2), 6.0)
    n[0, 1] = 1.0
    x = halves(rng, n, 1.0)
    x[0] = 1e6
    found = measured(x, n, scale=np.ones(6), rng=rng)
    assert found is not None
    assert found.accounts == 4
    assert found.variance < 100
    assert measured(x[:3], n[:3], scale=np.ones(6), rng=rng) is None


@pytest.mark.parametrize("shape", [((5, 2), (5, 2)), ((5, 3, 4), (5, 3)), ((5, 2, 4), (4, 2))])
def test_shapes_are_checked(shape: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="expected"):
        measured(np.zeros(shape[0]), np.zeros(shape[1]), scale=np.ones(4), rng=np.random.default_rng(0))


def test_a_part_of_the_accounts_is_measured_as_if_alone() -> None:
    rng = np.random.default_rng(9)
    n = rng.integers(0, 20, (40, 2)).astype(float)
    x, part = halves(rng, n + 1, 0.5), np.array([2, 3, 7, 11, 20, 21, 22, 39])
    whole = summarise_halves(x, n, scale=np.ones(6))
    among = between_variance(whole, part, rng=np.random.default_rng(1))
    assert among == measured(x[part], n[part], scale=np.ones(6), rng=np.random.default_rng(1))

"""The two-covariance model finds the variances it was drawn from and scores pairs by their exact likelihood ratio."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from revenuer.stats.two_covariance import TwoCovariance, fit_two_covariance, pair_log10_lr


def draw(
    rng: np.random.Generator, sources: int, between: np.ndarray, within: np.ndarray, n: np.ndarray
) -> np.ndarray:
    """Means of two halves (N, 2, D) of n (N, 2) observations of each source."""
    d = len(between)
    own = rng.normal(size=(sources, 1, d)) * np.sqrt(between)
    return own + rng.normal(size=(sources, 2, d)) * np.sqrt(within / n[:, :, None])


def fitted(seed: int = 0, sources: int = 4000) -> tuple[TwoCovariance, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(4, 30, (sources, 2)).astype(float)
    halves = draw(rng, sources, np.array([4.0, 1.0, 0.25]), np.array([2.0, 2.0, 2.0]), n) + 5.0
    model = fit_two_covariance(halves, n, ridge=0.0)
    assert model is not None
    return model, halves, n


def test_recovers_the_ratios_of_between_to_within() -> None:
    model, _, _ = fitted()
    assert model.between == pytest.approx([2.0, 0.5, 0.125], rel=0.15)
    assert model.center == pytest.approx(np.full(3, 5.0), abs=0.15)
    assert model.sources == 4000


def test_within_is_the_identity_in_the_models_space() -> None:
    model, halves, n = fitted()
    difference = (model.project(halves[:, 0]) - model.project(halves[:, 1])) / np.sqrt(1 / n[:, 0] + 1 / n[:, 1])[:, None]  # fmt: skip
    assert np.cov(difference.T) == pytest.approx(np.eye(3), abs=0.1)


def test_dimensions_without_any_between_variance_fall_away_or_count_little() -> None:
    rng = np.random.default_rng(1)
    n = np.full((3000, 2), 10.0)
    halves = draw(rng, 3000, np.array([1.0, 0.0, 0.0]), np.ones(3), n)
    model = fit_two_covariance(halves, n)
    assert model is not None
    assert model.between[0] > 0.5
    assert (model.between[1:] < 0.02).all()


def test_dims_keeps_the_largest() -> None:
    rng = np.random.default_rng(2)
    n = np.full((500, 2), 10.0)
    halves = draw(rng, 500, np.array([0.1, 3.0, 1.0]), np.ones(3), n)
    model = fit_two_covariance(halves, n, dims=2)
    assert model is not None
    assert model.basis.shape == (3, 2)
    assert model.between[0] > model.between[1] > 0.5


def slow_log10_lr(b: np.ndarray, ya: np.ndarray, na: float, yb: np.ndarray, nb: float) -> float:
    total = 0.0
    for k in range(len(b)):
        same = np.array([[b[k] + 1 / na, b[k]], [b[k], b[k] + 1 / nb]])
        apart = np.diag(np.diag(same))
        pair = [ya[k], yb[k]]
        total += multivariate_normal.logpdf(pair, cov=same) - multivariate_normal.logpdf(pair, cov=apart)
    return total / np.log(10)


@given(
    st.lists(st.floats(0.01, 20), min_size=1, max_size=4),
    st.floats(1, 100),
    st.floats(1, 100),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=100, deadline=None)
def test_score_is_the_ratio_of_normal_densities(
    between: list[float], na: float, nb: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    b = np.array(between)
    ya, yb = rng.normal(size=(2, len(b))) * 2
    model = TwoCovariance(center=np.zeros(len(b)), basis=np.eye(len(b)), between=b, sources=100)
    found = pair_log10_lr(model, ya[None], np.array([na]), yb[None], np.array([nb]))[0]
    assert found == pytest.approx(slow_log10_lr(b, ya, na, yb, nb), abs=1e-6, rel=1e-6)
    assert found == pytest.approx(pair_log10_lr(model, yb[None], np.array([nb]), ya[None], np.array([na]))[0])


def test_strangers_rarely_score_high_and_one_source_does() -> None:
    """P(LR >= t) <= 1/t under two sources (Markov); the mean of 1/LR over one source is one."""
    model, _, _ = fitted()
    rng = np.random.default_rng(3)
    n = np.full(20_000, 12.0)
    spread = np.sqrt(model.between + 1 / 12.0)
    a, b = rng.normal(size=(2, 20_000, 3)) * spread
    strangers = pair_log10_lr(model, a, n, b, n)
    for t in (1.0, 2.0):
        assert (strangers >= t).mean() <= 10**-t
    own = rng.normal(size=(20_000, 3)) * np.sqrt(model.between)
    a, b = own + rng.normal(size=(2, 20_000, 3)) / np.sqrt(12.0)
    same = pair_log10_lr(model, a, n, b, n)
    assert np.median(same) > 0.3 > np.median(strangers)


def test_no_data_says_nothing() -> None:
    model, _, _ = fitted(sources=200)
    nothing = pair_log10_lr(model, np.zeros((1, 3)), np.zeros(1), np.zeros((1, 3)), np.zeros(1))
    assert nothing[0] == pytest.approx(0.0, abs=1e-6)


def test_scores_do_not_depend_on_units_or_order() -> None:
    rng = np.random.default_rng(4)
    n = np.full((300, 2), 8.0)
    halves = draw(rng, 300, np.array([2.0, 1.0]), np.ones(2), n)
    moved = halves @ np.array([[3.0, 1.0], [0.0, 0.2]]) + 7.0
    order = rng.permutation(300)
    scores = []
    for x, at in ((halves, np.arange(300)), (moved, np.arange(300)), (halves[order], np.argsort(order))):
        model = fit_two_covariance(x, n, ridge=0.0)
        assert model is not None
        y = model.project(x.mean(axis=1))[at]
        scores.append(pair_log10_lr(model, y[:-1], np.full(299, 16.0), y[1:], np.full(299, 16.0)))
    assert scores[1] == pytest.approx(scores[0], abs=1e-4)
    assert scores[2] == pytest.approx(scores[0], abs=1e-8)


def test_too_few_sources_give_no_model() -> None:
    n = np.full((40, 2), 10.0)
    n[19:] = 3.0
    halves = np.random.default_rng(0).normal(size=(40, 2, 2))
    assert fit_two_covariance(halves, n) is None
    assert fit_two_covariance(halves, n, min_n=3.0) is not None


def test_a_constant_dimension_does_no_harm() -> None:
    rng = np.random.default_rng(5)
    n = np.full((100, 2), 6.0)
    halves = np.concatenate([draw(rng, 100, np.ones(1), np.ones(1), n), np.full((100, 2, 1), 3.0)], axis=2)
    model = fit_two_covariance(halves, n)
    assert model is not None
    assert np.isfinite(model.project(halves[:, 0])).all()
    assert np.isfinite(model.between).all()


@pytest.mark.parametrize("shape", [((5, 2), (5, 2)), ((5, 3, 4), (5, 3)), ((5, 2, 4), (4, 2))])
def test_shapes_are_checked(shape: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="expected"):
        fit_two_covariance(np.zeros(shape[0]), np.zeros(shape[1]))

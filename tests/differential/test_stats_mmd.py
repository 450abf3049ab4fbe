"""Fast forms of the discrepancy against their readable ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from revenuer.stats.mmd import (
    gaussian_kernel,
    mmd2_of_gram,
    mmd2_unbiased,
    mmd2_unbiased_reference,
    squared_distances,
)
from revenuer.stats.random_features import draw_random_features, mmd2_of_means


def samples(most: int) -> st.SearchStrategy[np.ndarray]:
    return st.integers(2, most).flatmap(
        lambda n: hnp.arrays(np.float64, (n, 3), elements=st.floats(-5, 5, allow_subnormal=False))
    )


@given(samples(8), samples(8), st.floats(0.5, 5.0))
@settings(deadline=None)
def test_unbiased_form_agrees_with_the_double_loop(x: np.ndarray, y: np.ndarray, bandwidth: float) -> None:
    np.testing.assert_allclose(
        mmd2_unbiased(x, y, bandwidth), mmd2_unbiased_reference(x, y, bandwidth), atol=1e-9
    )


@given(samples(6), samples(6))
@settings(deadline=None)
def test_every_split_of_a_gram_agrees_with_its_two_samples(x: np.ndarray, y: np.ndarray) -> None:
    rows = np.concatenate([x, y])
    split = np.random.default_rng(len(rows)).permutation(np.arange(len(rows)) < len(x))
    value = mmd2_of_gram(gaussian_kernel(rows, rows, 1.5), split[None])[0]
    np.testing.assert_allclose(value, mmd2_unbiased_reference(rows[split], rows[~split], 1.5), atol=1e-9)


@given(samples(6), samples(6))
@settings(deadline=None)
def test_distances_agree_with_the_definition(x: np.ndarray, y: np.ndarray) -> None:
    np.testing.assert_allclose(squared_distances(x, y), ((x[:, None] - y[None]) ** 2).sum(axis=2), atol=1e-9)


def test_random_features_estimate_the_kernel_and_the_biased_discrepancy() -> None:
    rng = np.random.default_rng(12)
    x, y = rng.normal(size=(80, 5)), rng.normal(size=(90, 5)) + 0.5
    features = draw_random_features(5, 4000, 2.0, rng)
    fx, fy = features.apply(x), features.apply(y)
    np.testing.assert_allclose(fx @ fy.T, gaussian_kernel(x, y, 2.0), atol=0.06)
    exact = (
        gaussian_kernel(x, x, 2.0).mean()
        + gaussian_kernel(y, y, 2.0).mean()
        - 2 * gaussian_kernel(x, y, 2.0).mean()
    )
    np.testing.assert_allclose(mmd2_of_means(fx.mean(axis=0), fy.mean(axis=0)), exact, rtol=0.1)

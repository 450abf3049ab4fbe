"""Fast forms of the kernel against their readable ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from revenuer.stats import draw_random_features, gaussian_kernel
from revenuer.stats.gaussian_kernel import squared_distances


def samples(most: int) -> st.SearchStrategy[np.ndarray]:
    return st.integers(2, most).flatmap(
        lambda n: hnp.arrays(np.float64, (n, 3), elements=st.floats(-5, 5, allow_subnormal=False))
    )


@given(samples(6), samples(6))
@settings(deadline=None)
def test_distances_agree_with_the_definition(x: np.ndarray, y: np.ndarray) -> None:
    np.testing.assert_allclose(squared_distances(x, y), ((x[:, None] - y[None]) ** 2).sum(axis=2), atol=1e-9)


def test_random_features_estimate_the_kernel() -> None:
    rng = np.random.default_rng(12)
    x, y = rng.normal(size=(80, 5)), rng.normal(size=(90, 5)) + 0.5
    features = draw_random_features(5, 4000, 2.0, rng)
    np.testing.assert_allclose(features.apply(x) @ features.apply(y).T, gaussian_kernel(x, y, 2.0), atol=0.06)

"""Size of the window test: p-values of windows and histories that are all drawn anew."""

import numpy as np
import pytest
from scipy.stats import kstest

from revenuer.detect.window_test import WindowConfig, fit
from revenuer.stats.window_features import FeatureConfig

CONFIG = WindowConfig(null_windows=400, features=FeatureConfig(frequencies=64, cells=24))


@pytest.mark.slow
@pytest.mark.parametrize("n", [40, 200])
def test_p_values_are_uniform_under_the_null(n: int) -> None:
    """Heavy tails, unequal topics; 300 independent histories with one window each, so that nothing is shared."""
    topics = np.random.default_rng(0).normal(size=(15, 10)) * 2
    weights = np.random.default_rng(1).dirichlet(np.ones(15))
    p = []
    for seed in range(300):
        rng = np.random.default_rng([seed, n])
        rows = topics[rng.choice(15, 1200 + n, p=weights)] + rng.standard_t(4, size=(1200 + n, 10))
        p.append(fit(rows[:1200], rng, config=CONFIG).test(rows[1200:]).p_value)
    assert kstest(p, "uniform").pvalue > 0.001
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(np.array(p) <= 0.01) <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 300)

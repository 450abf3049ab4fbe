import numpy as np
import pytest

from revenuer.stats.whitening import fit_whitening


def test_makes_the_covariance_the_identity() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(4000, 3)) @ np.array([[5.0, 1, 0], [0, 1, 0], [0, 0, 0.5]]) + 7
    out = fit_whitening(rows, ridge=1e-6).apply(rows)
    np.testing.assert_allclose(np.cov(out, rowvar=False), np.eye(3), atol=0.01)


def test_a_constant_column_does_not_rule_distances() -> None:
    rows = np.random.default_rng(6).normal(size=(500, 2))
    w = fit_whitening(np.column_stack([rows, np.zeros(500)]), ridge=0.1)
    assert abs(w.apply(np.array([[0.0, 0.0, 0.01]]))).max() < 1.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="two finite rows"):
        fit_whitening(np.full((3, 2), np.nan), ridge=0.1)
    with pytest.raises(ValueError, match="ridge"):
        fit_whitening(np.eye(3), ridge=0.0)
    with pytest.raises(ValueError, match="columns"):
        fit_whitening(np.eye(3), ridge=0.1).apply(np.eye(2))

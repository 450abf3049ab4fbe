"""One cloud of points or two: found where they are, not where they are not."""

import numpy as np
import pytest

from revenuer.stats.two_normals import two_normals


def cloud(rng: np.random.Generator, n: int, shift: float, dims: int = 12) -> tuple[np.ndarray, np.ndarray]:
    noise = rng.uniform(0.05, 1.0, (n, 1)) * np.ones(dims)
    at = rng.normal(0, np.sqrt(0.1 + noise))
    at[:, 0] += shift
    return at, noise


@pytest.mark.parametrize("n", [16, 60, 300])
def test_one_cloud_is_one(n: int) -> None:
    factors = [
        two_normals(*cloud(np.random.default_rng(seed), n, 0.0), 0.02).log10_factor for seed in range(20)
    ]
    assert max(factors) < 0


def test_two_clouds_are_two_and_each_point_goes_to_its_own() -> None:
    rng = np.random.default_rng(1)
    here, there = cloud(rng, 80, 0.0), cloud(rng, 40, 6.0)
    found = two_normals(np.vstack([here[0], there[0]]), np.vstack([here[1], there[1]]), 0.02)
    truth = np.arange(120) < 80
    agree = float((found.first == truth).mean())
    assert max(agree, 1 - agree) > 0.98
    assert found.log10_factor > 10


def test_noisy_points_do_not_make_a_second_cloud() -> None:
    """Accounts of few requests lie far out; their noise says so."""
    rng = np.random.default_rng(2)
    noise = np.where(np.arange(120) < 90, 0.05, 4.0)[:, None] * np.ones(12)
    assert two_normals(rng.normal(0, np.sqrt(0.1 + noise)), noise, 0.02).log10_factor < 2


def test_all_points_in_one_place() -> None:
    found = two_normals(np.zeros((20, 3)), np.full((20, 3), 0.1), 0.02)
    assert found.log10_factor < 0

import numpy as np
import pytest

from revenuer.stats.mixture_share import foreign_share


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_interval_holds_the_planted_share(share: float) -> None:
    rng = np.random.default_rng(9)
    reference = rng.normal(size=20_000)
    covered = 0
    for _ in range(100):
        k = round(600 * share)
        sample = np.concatenate([rng.normal(size=600 - k), rng.normal(5.0, 1.0, k)])
        found = foreign_share(sample, reference)
        covered += found.low <= share <= found.high + 1e-9
        assert found.low <= found.share <= found.high + 1e-9
    assert covered >= 93


def test_posterior_points_at_the_foreign_members() -> None:
    rng = np.random.default_rng(10)
    found = foreign_share(
        np.concatenate([rng.normal(size=700), rng.normal(4, 1, 300)]), rng.normal(size=9000)
    )
    assert found.posterior[700:].mean() > 0.8
    assert found.posterior[:700].mean() < 0.1


def test_imitators_of_the_reference_are_not_found() -> None:
    rng = np.random.default_rng(11)
    assert foreign_share(rng.normal(size=500), rng.normal(size=9000)).low == 0.0


def test_too_little_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 20"):
        foreign_share([1.0], [1.0])

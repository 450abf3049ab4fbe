"""No trivial column tells the sides of the city apart; otherwise the range would teach a detector its own tricks."""

from pathlib import Path

import numpy as np
import pytest

from revenuer.simulate import simulate, trivial_auc
from revenuer.simulate.separation import auc


@pytest.mark.parametrize("seed", [1, 2])
def test_no_trivial_column_separates_the_city(tmp_path: Path, seed: int) -> None:
    simulate("city", tmp_path / "city", seed=seed, scale=0.25)
    found = trivial_auc(tmp_path / "city")
    assert len(found) > 25
    assert [item.feature for item in found if item.worst > 0.9] == []
    assert [item.feature for item in found if max(item.balanced, 1 - item.balanced) > 0.9] == []


def test_auc_agrees_with_counting_pairs() -> None:
    rng = np.random.default_rng(0)
    values, weights = rng.integers(0, 6, 60).astype(float), rng.random(60)
    positive = rng.random(60) < 0.4
    wins = total = 0.0
    for i in np.flatnonzero(positive):
        for j in np.flatnonzero(~positive):
            weight = weights[i] * weights[j]
            total += weight
            wins += weight * (1.0 if values[i] > values[j] else 0.5 if values[i] == values[j] else 0.0)
    assert auc(values, positive, weights) == pytest.approx(wins / total)


def test_auc_without_two_sides_says_nothing() -> None:
    assert auc(np.arange(3.0), np.ones(3, dtype=bool), np.ones(3)) == 0.5

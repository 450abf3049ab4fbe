import numpy as np
import pytest

from revenuer.stats.mmd import block_splits, median_bandwidth, mmd2_unbiased, mmd_permutation_test


def test_sees_a_shift_and_not_its_absence() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, 4)), rng.normal(size=(60, 4))
    h = median_bandwidth(np.concatenate([x, y]), rng)
    assert mmd_permutation_test(x, y + 1.0, h, rng).p_value == pytest.approx(1 / 200)
    assert mmd_permutation_test(x, y, h, rng).p_value > 0.05


def test_blocks_keep_an_honest_account_from_looking_foreign() -> None:
    """Twenty specialists on either side: rows differ by account, sides do not. Rows as units would cry wolf."""
    rng = np.random.default_rng(4)
    topics = rng.normal(size=(12, 3)) * 3
    rows = np.repeat(topics, 20, axis=0) + rng.normal(size=(240, 3)) * 0.3
    blocks = np.repeat(np.arange(12), 20)
    x, y = rows[:120], rows[120:]
    h = median_bandwidth(rows, rng)
    assert mmd_permutation_test(x, y, h, rng).p_value <= 0.01
    assert mmd_permutation_test(x, y, h, rng, blocks_x=blocks[:120], blocks_y=blocks[120:]).p_value > 0.02


def test_a_block_on_both_sides_is_refused() -> None:
    with pytest.raises(ValueError, match="one side"):
        block_splits([0, 0], [True, False], 3, np.random.default_rng(0))


def test_too_few_rows_and_bad_bandwidths_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        mmd2_unbiased(np.zeros((1, 2)), np.zeros((3, 2)), 1.0)
    with pytest.raises(ValueError, match="bandwidth"):
        mmd2_unbiased(np.zeros((2, 2)), np.zeros((3, 2)), 0.0)

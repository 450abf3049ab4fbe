"""The exact law of the lot against enumeration, and what it refuses."""

import itertools
import math

import numpy as np
import pytest

from revenuer.stats.chosen_by_lot import (
    clipped_levels,
    log10_chosen_floor,
    log10_chosen_tail,
    log10_chosen_two_sided,
    rank_levels,
    sparse_levels,
)


@pytest.mark.parametrize("levels_of", [rank_levels, clipped_levels, sparse_levels])
def test_the_tail_is_that_of_enumeration(levels_of) -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        scores = [rng.normal(size=rng.integers(2, 5)) for _ in range(rng.integers(1, 6))]
        chosen = [int(rng.integers(score.size)) for score in scores]
        levels = levels_of(scores)
        observed = sum(int(level[c]) for level, c in zip(levels, chosen, strict=True))
        totals = np.asarray([sum(outcome) for outcome in itertools.product(*levels)])
        assert log10_chosen_tail(levels, chosen) == pytest.approx(
            np.log10((totals >= observed).mean()), abs=1e-9
        )
        assert log10_chosen_floor(levels) == pytest.approx(
            np.log10((totals == totals.max()).mean()), abs=1e-9
        )


def test_a_p_far_below_what_a_float_holds() -> None:
    scores = [np.asarray([1.0, 0.0])] * 3000
    assert log10_chosen_tail(rank_levels(scores), [0] * 3000) == pytest.approx(
        -3000 * math.log10(2.0), rel=1e-9
    )
    one_missed = [0] * 2999 + [1]
    expected = math.log10(3001) - 3000 * math.log10(2.0)
    assert log10_chosen_tail(rank_levels(scores), one_missed) == pytest.approx(expected, rel=1e-9)


def test_nothing_differs() -> None:
    for levels_of in (rank_levels, clipped_levels, sparse_levels):
        levels = levels_of([np.full(3, 2.0), np.full(2, -1.0)])
        assert log10_chosen_tail(levels, [1, 0]) == 0.0
        assert log10_chosen_floor(levels) == 0.0


def test_the_two_sided_p_sees_both_sides() -> None:
    levels = rank_levels([np.arange(3.0)] * 12)
    high, low = log10_chosen_two_sided(levels, [2] * 12), log10_chosen_two_sided(levels, [0] * 12)
    assert high == low == pytest.approx(math.log10(2.0) - 12 * math.log10(3.0))
    assert log10_chosen_two_sided(levels, [1] * 12) == 0.0


def test_levels_do_not_depend_on_scale_or_on_the_order_of_candidates() -> None:
    rng = np.random.default_rng(6)
    scores = [rng.normal(size=4) for _ in range(9)]
    for levels_of in (rank_levels, clipped_levels, sparse_levels):
        plain = levels_of(scores)
        assert all(
            (a == b).all() for a, b in zip(plain, levels_of([s * 1024.0 for s in scores]), strict=True)
        )
        turned = levels_of([s[::-1].copy() for s in scores])
        assert all((a == b[::-1]).all() for a, b in zip(plain, turned, strict=True))


@pytest.mark.parametrize(
    "scores", [[], [np.asarray([1.0])], [np.asarray([1.0, np.nan])], [np.asarray([1.0, -np.inf])]]
)
def test_scores_that_are_none_are_refused(scores) -> None:
    for levels_of in (rank_levels, clipped_levels, sparse_levels):
        with pytest.raises(ValueError, match="two or more finite"):
            levels_of(scores)


def test_a_choice_outside_of_its_record_is_refused() -> None:
    levels = rank_levels([np.arange(3.0)])
    for chosen in ([3], [-1], [0, 0]):
        with pytest.raises(ValueError, match="expected"):
            log10_chosen_tail(levels, chosen)

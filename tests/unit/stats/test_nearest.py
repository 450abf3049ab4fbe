"""Nearest rows are exact, whatever the block size; beyond EXACT_ROWS nearly so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import revenuer.stats.nearest as module
from revenuer.stats.nearest import nearest_rows


def distances(points: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.norm(points[rows] - points[others], axis=1)
    return found


@given(st.integers(2, 40), st.integers(1, 6), st.integers(1, 45), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_agrees_with_sorting_all_distances(n: int, dims: int, k: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, dims))
    row, other = nearest_rows(points, k)
    kept = min(k, n - 1)
    assert row.tolist() == np.repeat(np.arange(n), kept).tolist()
    assert (row != other).all()
    for i in range(n):
        mine = other[row == i]
        assert len(set(mine.tolist())) == kept
        rest = np.delete(np.arange(n), i)
        expected = np.sort(np.linalg.norm(points[rest] - points[i], axis=1))[:kept]
        assert np.sort(distances(points, np.full(kept, i), mine)) == pytest.approx(expected, abs=1e-3)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).normal(size=(57, 4))
    whole = nearest_rows(points, 5)
    monkeypatch.setattr(module, "_BLOCK_FLOATS", 57 * 4)
    cut = nearest_rows(points, 5)
    for a, b in zip(whole, cut, strict=True):
        assert np.sort(a.reshape(57, 5), axis=1).tolist() == np.sort(b.reshape(57, 5), axis=1).tolist()


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_has_no_neighbours(n: int) -> None:
    row, other = nearest_rows(np.zeros((n, 3)), 5)
    assert len(row) == len(other) == 0


def test_twins_find_each_other_far_from_the_origin() -> None:
    points = np.random.default_rng(1).normal(size=(40, 8)) * 10
    points[7] = points[23] + 1e-3
    row, other = nearest_rows(points, 1)
    assert other[row == 7].tolist() == [23]
    assert other[row == 23].tolist() == [7]


def test_zero_neighbours_are_none() -> None:
    row, other = nearest_rows(np.zeros((4, 2)), 0)
    assert len(row) == len(other) == 0


def crowd(rows: int, dims: int, seed: int) -> np.ndarray:
    """Points as accounts lie: clumps of unlike size and width over a broad background."""
    rng = np.random.default_rng(seed)
    clumps = rng.normal(size=(60, dims)) * 2
    spread = rng.uniform(0.05, 1.5, 60)
    own = rng.choice(60, rows, p=rng.dirichlet(np.full(60, 0.3)))
    points: np.ndarray = clumps[own] + rng.normal(size=(rows, dims)) * spread[own, None]
    return points


@pytest.mark.parametrize("dims", [8, 24, 48])
def test_cells_find_nineteen_in_twenty(dims: int, monkeypatch: pytest.MonkeyPatch) -> None:
    points = crowd(9000, dims, dims)
    _, exact = nearest_rows(points, 20)
    monkeypatch.setattr(module, "EXACT_ROWS", 1000)
    monkeypatch.setattr(module, "CANDIDATES", 1024)
    row, other = nearest_rows(points, 20)
    assert row.tolist() == np.repeat(np.arange(9000), 20).tolist()
    assert (row != other).all()
    both = [
        np.intersect1d(a, b).size for a, b in zip(exact.reshape(-1, 20), other.reshape(-1, 20), strict=True)
    ]
    assert np.mean(both) / 20 >= 0.95


def test_cells_hold_up_where_all_rows_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_ROWS", 100)
    row, other = nearest_rows(np.ones((500, 3)), 4)
    assert (row != other).all()
    assert len(other) == 2000


def test_of_equally_near_rows_the_earlier_are_taken() -> None:
    points = np.zeros((9, 3))
    points[4] = 1.0
    row, neighbour = nearest_rows(points, 3)
    assert neighbour[row == 0].tolist() == [1, 2, 3]
    assert neighbour[row == 8].tolist() == [0, 1, 2]
    assert neighbour[row == 4].tolist() == [0, 1, 2]

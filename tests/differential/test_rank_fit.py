"""Fits and covariances of the ranking room beside plain, slow forms on the votes one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.votes import drawn_votes
from revenuer.rank import Votes, tally
from revenuer.rank.coding import coded_pairs
from revenuer.rank.components import find_components
from revenuer.rank.covariance import Scores, sandwich_of_clusters, sandwich_of_pairs
from revenuer.rank.crossing import design_of, find_crossing
from revenuer.rank.newton import fit_pairs
from revenuer.rank.style_fit import Coded, fit_votes, scores_of
from revenuer.rank.tie_models import TIES, terms
from revenuer.stats.rank_sets import _largest, rank_sets

THETA = np.array([0.9, 0.2, 0.0, -0.5])


def logistic_fit(votes: Votes) -> np.ndarray:
    """Iteratively reweighted least squares on one row a vote, two half-weighted rows a tie."""
    size = len(votes.models)
    rows, y, weight = [], [], []
    for a, b, outcome in zip(votes.a, votes.b, votes.outcome, strict=True):
        x = np.zeros(size)
        x[a], x[b] = 1, -1
        for won in {0: [1], 1: [0], 2: [1, 0], 3: [1, 0]}[int(outcome)]:
            rows.append(x[1:])
            y.append(won)
            weight.append(0.5 if outcome >= 2 else 1.0)
    design, y, weight = np.array(rows), np.array(y), np.array(weight)
    theta = np.zeros(size - 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ theta))
        bend = weight * p * (1 - p)
        theta = theta + np.linalg.solve(design.T @ (design * bend[:, None]), design.T @ (weight * (y - p)))
    whole = np.concatenate([[0.0], theta])
    return whole - whole.mean()


@pytest.mark.parametrize("seed", range(8))
def test_newton_on_counts_is_a_plain_logistic_fit(seed: int) -> None:
    votes = drawn_votes(THETA, 300, seed)
    fit = fit_pairs(coded_pairs(tally(votes), "half", "tie"), "half")
    assert fit.theta == pytest.approx(logistic_fit(votes), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(TIES), st.floats(-4, 4), st.floats(0.05, 2))
def test_terms_are_derivatives_of_log_probabilities(ties: str, difference: float, parameter: float) -> None:
    step = 1e-5
    at = terms(ties, np.array([difference]), parameter)

    def moved(d: float, t: float) -> np.ndarray:
        return terms(ties, np.array([difference + d]), parameter + t).log[0]

    assert at.d[0] == pytest.approx((moved(step, 0) - moved(-step, 0)) / (2 * step), abs=1e-6)
    if ties in {"davidson", "rao-kupper"}:
        assert np.exp(at.log[0]).sum() == pytest.approx(1.0)
        assert at.t[0] == pytest.approx((moved(0, step) - moved(0, -step)) / (2 * step), abs=1e-6)
        up, down = (terms(ties, np.array([difference]), parameter + s) for s in (step, -step))
        assert at.tt[0] == pytest.approx((up.t[0] - down.t[0]) / (2 * step), abs=1e-4)
        assert at.dt[0] == pytest.approx((up.d[0] - down.d[0]) / (2 * step), abs=1e-4)
    right, left = (terms(ties, np.array([difference + s]), parameter) for s in (step, -step))
    assert at.dd[0] == pytest.approx((right.d[0] - left.d[0]) / (2 * step), abs=1e-4)


def slow_clustered(bread: np.ndarray, scores: Scores, cluster: np.ndarray) -> np.ndarray:
    width = scores.size + scores.others.shape[1]
    sums: dict[int, np.ndarray] = {}
    for i, code in enumerate(cluster.tolist()):
        row = sums.setdefault(code if code >= 0 else -1 - i, np.zeros(width))
        row[scores.a[i]] += scores.by_difference[i]
        row[scores.b[i]] -= scores.by_difference[i]
        row[scores.size :] += scores.others[i]
    meat = sum(np.outer(row, row) for row in sums.values()) * len(sums) / (len(sums) - 1)
    return bread @ meat @ bread


@pytest.mark.parametrize("ties", TIES)
def test_clustered_covariance_is_the_sum_over_clusters(ties: str) -> None:
    votes = drawn_votes(THETA, 400, 3, voters=40, prompts=25)
    coded = Coded(
        size=4,
        a=votes.a,
        b=votes.b,
        outcome=np.minimum(votes.outcome, 2),
        weight=np.ones(400) if ties != "drop" else (votes.outcome < 2).astype(float),
        style=np.random.default_rng(1).normal(size=(400, 2)),
    )
    fit = fit_votes(coded, ties, np.zeros(4))
    scores = scores_of(coded, ties, fit.theta, fit.parameter, fit.gamma)
    assert np.bincount(votes.a, scores.by_difference, 4) - np.bincount(
        votes.b, scores.by_difference, 4
    ) == pytest.approx(np.zeros(4), abs=1e-6)
    assert scores.others.sum(axis=0) == pytest.approx(0.0, abs=1e-6)
    voter = np.where(np.arange(400) % 7 == 0, -1, votes.voter)
    one = sandwich_of_clusters(fit.bread, scores, [voter])
    assert one == pytest.approx(slow_clustered(fit.bread, scores, voter), rel=1e-9, abs=1e-14)


def test_votes_by_pair_and_one_by_one_give_one_covariance() -> None:
    votes = drawn_votes(THETA, 500, 4)
    pairs = coded_pairs(tally(votes), "davidson", "tie")
    fit = fit_pairs(pairs, "davidson")
    none = np.zeros((500, 0))
    coded = Coded(
        size=4, a=votes.a, b=votes.b, outcome=np.minimum(votes.outcome, 2), weight=np.ones(500), style=none
    )
    assert fit_votes(coded, "davidson", np.zeros(4)).theta == pytest.approx(fit.theta, abs=1e-9)
    scores = scores_of(coded, "davidson", fit.theta, fit.parameter, np.zeros(0))
    each = sandwich_of_clusters(fit.bread, scores, [np.arange(500)]) * 499 / 500
    assert sandwich_of_pairs(fit, pairs, pairs.counts, "davidson") == pytest.approx(each, rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("seed", range(6))
def test_components_are_the_models_that_lead_back_to_each_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    votes = drawn_votes(rng.normal(0, 2.5, 9), 22, seed)
    pairs = coded_pairs(tally(votes), "half", "tie")
    leads = np.eye(9, dtype=bool)
    for i, j, (won, lost, tied) in zip(pairs.first, pairs.second, pairs.counts, strict=True):
        leads[i, j] |= won + tied > 0
        leads[j, i] |= lost + tied > 0
    for _ in range(4):
        leads = (leads[:, :, None] & leads[None, :, :]).any(axis=1)
    found = find_components(pairs)
    assert (found.of[:, None] == found.of[None, :]).tolist() == (leads & leads.T).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_flips_of_direct_votes_cross_at_the_mass(seed: int) -> None:
    votes = drawn_votes(np.array([0.25, 0.2, 0.0, -0.3]), 2_000, seed, ties=0.1)
    pairs = coded_pairs(tally(votes), "half", "tie")
    fit, design = fit_pairs(pairs, "half"), design_of(pairs)
    order = np.argsort(-fit.theta)
    a, b = int(order[0]), int(order[1])
    crossing = find_crossing(design, a, b, fit.theta)
    low, high = 0.0, float(design.won[a, b])
    for _ in range(60):
        middle = (low + high) / 2
        counts = pairs.counts.copy()
        edge = np.flatnonzero((pairs.first == min(a, b)) & (pairs.second == max(a, b)))[0]
        counts[edge] += np.array([-middle, middle, 0]) * (1 if a < b else -1)
        moved = fit_pairs(type(pairs)(size=4, first=pairs.first, second=pairs.second, counts=counts), "half")
        low, high = (middle, high) if moved.theta[a] > moved.theta[b] else (low, middle)
    assert crossing.mass == pytest.approx(low, abs=1e-6)
    assert crossing.reach[[a, b]].tolist() == [0.0, 1.0]


def test_rank_sets_of_certain_estimates_are_points() -> None:
    low, high = rank_sets(np.array([3.0, 1.0, 2.0]), np.eye(3) * 1e-6, 0.95, np.random.default_rng(0))
    assert low.tolist() == high.tolist() == [1, 3, 2]


def test_rank_sets_of_equals_are_everything() -> None:
    low, high = rank_sets(np.zeros(4), np.eye(4), 0.95, np.random.default_rng(0))
    assert low.tolist() == [1] * 4
    assert high.tolist() == [4] * 4


def slow_largest(
    draws: np.ndarray, i: np.ndarray, j: np.ndarray, spread: np.ndarray, fallen: np.ndarray
) -> list[float]:
    found = []
    for draw in draws:
        tested = []
        for a, b, s, known in zip(i, j, spread, fallen, strict=True):
            tested += [(draw[b] - draw[a]) / s] * int(known >= 0) + [(draw[a] - draw[b]) / s] * int(
                known <= 0
            )
        found.append(max(tested))
    return found


def test_the_kernel_takes_the_largest_difference_still_tested() -> None:
    rng = np.random.default_rng(3)
    i, j = np.triu_indices(5, 1)
    draws, spread, fallen = rng.normal(size=(20, 5)), rng.uniform(0.5, 2, 10), rng.integers(-1, 2, 10)
    assert _largest(draws, i, j, spread, fallen) == pytest.approx(slow_largest(draws, i, j, spread, fallen))

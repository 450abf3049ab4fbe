"""The kernels that score accounts against a group, beside the formulas they stand for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.detect.group_fit import MIN_SPREAD, FitSpace, log10_ratio, rank_among
from revenuer.detect.identity import KINDS_OF_VALUE, MAX_WEIGHT, Identity
from revenuer.detect.link import AccountSpace
from revenuer.detect.membership import shared_identity
from revenuer.stats.two_covariance import TwoCovariance

SIZE = 300
NONE = np.zeros(0, np.int64)


def space(rng: np.random.Generator, dims: int) -> AccountSpace:
    between = np.sort(10 ** rng.uniform(-5, 1.5, dims))[::-1]
    model = TwoCovariance(center=np.zeros(dims), basis=np.eye(dims), between=between, sources=SIZE)
    n = np.round(10 ** rng.uniform(0, 4, SIZE), 1)
    at = rng.normal(0, np.sqrt(between + 1 / n[:, None]))
    at[:20] = at[0] + rng.normal(0, np.sqrt(0.1 * between + 1 / n[:20, None]))
    return AccountSpace.build(model, at, n)


def slow_ratio(given: AccountSpace, members: np.ndarray) -> list[float]:
    """Normal densities, account by account and dimension by dimension; a member is left out of its group's mean."""
    assert given.model is not None
    between = given.model.between
    inside = [i for i in members if given.n[i] >= 2]
    weight = {i: 1 / (1 / given.n[i] + 0.05 * between) for i in inside}
    whole = sum(weight.values())
    center = sum(weight[i] * given.at[i] for i in inside) / whole
    left = {i: np.maximum(1 - weight[i] / whole, 0.05) for i in inside}
    excess = np.mean([(given.at[i] - center) ** 2 / left[i] - 1 / given.n[i] for i in inside], axis=0)
    spread = np.clip(excess, MIN_SPREAD * between, between)
    ratios = []
    for i in range(SIZE):
        rest = whole if i not in weight else np.maximum(whole - weight[i], 0.05 * whole)
        distance = (given.at[i] - center) * whole / rest
        here, there = spread + 1 / rest + 1 / given.n[i], between + 1 / given.n[i]
        log = -0.5 * (np.log(here / there) + distance**2 / here - given.at[i] ** 2 / there)
        ratios.append(float(log.sum() / np.log(10)) if given.n[i] >= 2 else 0.0)
    return ratios


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 48), st.integers(3, 60))
def test_fit_is_the_ratio_of_normal_densities(seed: int, dims: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    given_space = space(rng, dims)
    members = np.sort(rng.choice(SIZE, size, replace=False)) if seed % 2 else np.arange(size)
    if (given_space.n[members] >= 2).sum() < 3:
        return
    fast = log10_ratio(FitSpace.build(given_space), members, np.arange(SIZE))
    assert fast == pytest.approx(slow_ratio(given_space, members), rel=1e-9, abs=1e-9)


def test_a_member_left_out_of_the_mean_is_the_mean_of_the_others() -> None:
    rng = np.random.default_rng(3)
    given_space = space(rng, 5)
    members = np.arange(12)
    with_member = log10_ratio(FitSpace.build(given_space), members, np.arange(SIZE))
    without = log10_ratio(FitSpace.build(given_space), members[1:], np.arange(SIZE))
    assert with_member is not None
    assert without is not None
    # Only the spread, which both estimate from the members they have, differs.
    assert with_member[0] == pytest.approx(without[0], rel=0.5)


def test_only_who_is_asked_for_is_scored() -> None:
    ready = FitSpace.build(space(np.random.default_rng(1), 24))
    asked = np.array([0, 5, 17, 40, 299])
    whole = log10_ratio(ready, np.arange(18), np.arange(SIZE))
    some = log10_ratio(ready, np.arange(18), asked)
    assert whole is not None
    assert some is not None
    assert some.tolist() == whole[asked].tolist()


def test_nobody_is_known_without_a_model() -> None:
    ready = FitSpace.build(AccountSpace.build(None, np.zeros((SIZE, 2)), np.full(SIZE, 9.0)))
    assert log10_ratio(ready, np.arange(9), np.arange(SIZE)) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1))
def test_a_rank_counts_the_strangers_that_score_as_high(scored: list[tuple[int, bool]]) -> None:
    score, stranger = np.array([s for s, _ in scored], float), np.array([s for _, s in scored])
    as_high = [1 + sum(odd for other, odd in scored if other >= one) for one in score]
    assert rank_among(score, stranger) == pytest.approx(-np.log10(np.array(as_high) / (1 + stranger.sum())))


def slow_identity(members: np.ndarray, identity: Identity) -> np.ndarray:
    """For every account and value: how many other members hold it."""
    score = np.zeros(SIZE)
    for kind in KINDS_OF_VALUE:
        best = np.zeros(SIZE)
        for name in kind:
            account, value, _ = identity.values.get(name, (NONE, NONE, NONE))
            for a, v in zip(account, value, strict=True):
                holders = account[value == v]
                held = np.isin(holders, members).sum() - (a in members)
                if held:
                    odds = np.log10(SIZE * held / (len(members) * len(holders)))
                    best[a] = max(best[a], min(odds, MAX_WEIGHT[name]))
        score += best
    return score


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_shared_identity_counts_the_other_members_who_hold_a_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {}
    for name, most in (("payment_fingerprint", 100), ("ip", 200), ("ip_prefix", 30), ("user_agent", 4)):
        pairs = np.unique(rng.integers(0, [SIZE, most], (250, 2)), axis=0)
        _, value, holders = np.unique(pairs[:, 1], return_inverse=True, return_counts=True)
        values[name] = (pairs[:, 0], value, holders[value])
    identity = Identity(
        values=values, source=NONE, target=NONE, weight=np.zeros(0), attribute=NONE, missing=()
    )
    members = np.sort(rng.choice(SIZE, rng.integers(3, 40), replace=False))
    fast = shared_identity(members, identity, SIZE, np.arange(SIZE))
    assert fast == pytest.approx(slow_identity(members, identity), abs=1e-9)

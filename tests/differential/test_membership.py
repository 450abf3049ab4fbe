"""The kernels that score accounts against a group, beside the formulas they stand for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import revenuer.detect.group_fit as group_fit
from revenuer.detect.group_fit import MIN_SPREAD, FitSpace, log10_fit
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


def slow_fit(given: AccountSpace, members: np.ndarray, floor: float) -> np.ndarray:
    """Normal densities, account by account and dimension by dimension; then the rank among outsiders."""
    assert given.model is not None
    noise, between = 1 / given.n[:, None], given.model.between
    inside = members[given.n[members] >= 2]
    weight = 1 / (noise[inside] + 0.05 * between)
    center = (weight * given.at[inside]).sum(axis=0) / weight.sum(axis=0)
    excess = ((given.at[inside] - center) ** 2 - noise[inside]).mean(axis=0)
    spread = np.clip(excess, MIN_SPREAD * between, between)
    here = spread + 1 / weight.sum(axis=0) + noise
    there = between + noise
    ratio = -0.5 * (np.log(here / there) + (given.at - center) ** 2 / here - given.at**2 / there)
    score = np.where(given.n >= 2, ratio.sum(axis=1) / np.log(10), 0.0)
    null = [score[i] for i in range(SIZE) if given.n[i] >= 2 and i not in members]
    chance = [-np.log10((1 + sum(other >= own for other in null)) / (1 + len(null))) for own in score]
    return np.where(given.n >= 2, np.maximum(np.minimum(score, chance), floor), 0.0)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 48), st.integers(3, 60))
def test_fit_is_the_ratio_of_normal_densities(seed: int, dims: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    given_space = space(rng, dims)
    members = np.sort(rng.choice(SIZE, size, replace=False)) if seed % 2 else np.arange(size)
    if (given_space.n[members] >= 2).sum() < 3:
        return
    fast = log10_fit(FitSpace.build(given_space), members, np.arange(SIZE), -2.0)
    assert fast == pytest.approx(slow_fit(given_space, members, -2.0), abs=1e-9)


def test_some_accounts_score_as_they_do_among_all() -> None:
    ready = FitSpace.build(space(np.random.default_rng(1), 24))
    members, of = np.arange(18), np.array([0, 5, 17, 40, 299])
    whole = log10_fit(ready, members, np.arange(SIZE), -2.0)
    assert log10_fit(ready, members, of, -2.0).tolist() == whole[of].tolist()


def test_a_sample_of_strangers_ranks_about_as_all_do(monkeypatch: pytest.MonkeyPatch) -> None:
    given_space = space(np.random.default_rng(2), 6)
    members = np.arange(18)
    whole = log10_fit(FitSpace.build(given_space), members, np.arange(SIZE), -2.0)
    monkeypatch.setattr(group_fit, "NULL_ACCOUNTS", 150)
    sampled = FitSpace.build(given_space)
    assert len(sampled.null) == 150
    assert sampled.null.tolist() == FitSpace.build(given_space).null.tolist()
    part = log10_fit(sampled, members, np.arange(SIZE), -2.0)
    assert part == pytest.approx(whole, abs=0.6)
    assert part[whole < 0].tolist() == whole[whole < 0].tolist()


def test_nobody_is_known_without_a_model() -> None:
    ready = FitSpace.build(AccountSpace.build(None, np.zeros((SIZE, 2)), np.full(SIZE, 9.0)))
    assert not log10_fit(ready, np.arange(9), np.arange(SIZE), -2.0).any()


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
    fast = shared_identity(members, identity, SIZE)
    assert fast == pytest.approx(slow_identity(members, identity), abs=1e-9)

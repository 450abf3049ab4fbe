"""Who belongs to a group: siblings stay and are found, strangers go, and two groups do not pass for one."""

import numpy as np
import pytest

import revenuer.detect.membership as membership
from builders.linked import linked
from revenuer.detect.cluster import Candidate
from revenuer.detect.link import AccountSpace
from revenuer.detect.membership import SURE, Linkage, likeness, settle
from revenuer.detect.seam import halves, trimmed
from revenuer.stats.two_covariance import TwoCovariance

SIZE, DIMS = 800, 16
FIRST, SECOND = np.arange(40), np.arange(40, 80)


def space(rng: np.random.Generator, pools: dict[int, np.ndarray]) -> AccountSpace:
    """People anywhere; the accounts of each pool about its own place, which `pools` names by a direction."""
    model = TwoCovariance(center=np.zeros(DIMS), basis=np.eye(DIMS), between=np.full(DIMS, 2.0), sources=SIZE)
    n = rng.uniform(10, 60, SIZE)
    at = rng.normal(0, np.sqrt(2.0 + 1 / n)[:, None], (SIZE, DIMS))
    for direction, accounts in pools.items():
        at[accounts] = rng.normal(0, np.sqrt(0.1 + 1 / n[accounts])[:, None], (len(accounts), DIMS))
        at[accounts, direction] += 2.5
    return AccountSpace.build(model, at, n)


def linkage(pools: dict[int, np.ndarray], rhythm: dict[int, np.ndarray]) -> Linkage:
    rng = np.random.default_rng(7)
    return linked(
        SIZE,
        content=space(rng, pools),
        behavior=space(rng, rhythm),
        source=np.repeat(FIRST, 79),
        target=np.tile(np.arange(1, 80), 40),
    )


def proposed(accounts: np.ndarray, origin: str = "graph") -> Candidate:
    return Candidate(accounts=accounts, origin=origin)


def test_strangers_go_and_missed_siblings_are_found() -> None:
    given = linkage({0: FIRST}, {0: FIRST})
    mixed = np.concatenate([FIRST[:34], np.arange(500, 505)])
    accounts, odds = settle(proposed(mixed), given)
    assert set(FIRST) - set(accounts.tolist()) <= set(FIRST[:2].tolist())
    assert len(np.setdiff1d(accounts, FIRST)) <= 1
    assert odds.min() >= -np.log10(SURE) - 0.1


def test_nobody_joins_a_marked_group() -> None:
    given = linkage({0: FIRST}, {0: FIRST})
    accounts, _ = settle(proposed(FIRST[:30], "replay"), given)
    assert set(accounts.tolist()) <= set(FIRST[:30].tolist())


def test_accounts_that_have_nothing_in_common_are_no_group() -> None:
    accounts, _ = settle(proposed(np.arange(200, 240)), linkage({0: FIRST}, {0: FIRST}))
    assert len(accounts) < 3


def test_expected_strangers_are_those_that_come() -> None:
    """Ranks of strangers are uniform, so a level with ten expected strangers holds about ten."""
    found = likeness(FIRST, linkage({0: FIRST}, {0: FIRST}), None)
    strangers = found.score[~found.inside]
    for number, expected in zip(membership.LEVELS, found.expected, strict=True):
        if expected > 20:
            assert (strangers >= number).sum() == pytest.approx(expected, rel=0.35)


def test_a_large_log_scores_whom_pairs_bring_near(monkeypatch: pytest.MonkeyPatch) -> None:
    given = linkage({0: FIRST}, {0: FIRST})
    everybody = likeness(FIRST[:30], given, None)
    monkeypatch.setattr(membership, "NULL_ACCOUNTS", 300)
    sampled = linkage({0: FIRST}, {0: FIRST})
    some = likeness(FIRST[:30], sampled, None)
    assert np.isfinite(some.of(FIRST)).all()
    assert np.isinf(some.of(np.arange(SIZE))).sum() > 300
    assert some.of(FIRST) == pytest.approx(everybody.of(FIRST), abs=1.0)
    assert some.expected == pytest.approx(everybody.expected, rel=0.01)


def test_two_pools_that_keep_the_same_hours_come_apart() -> None:
    given = linkage({0: FIRST, 1: SECOND}, {0: np.arange(80)})
    found = halves(np.arange(80), given)
    assert found is not None
    assert {frozenset(part.tolist()) for part in found} == {
        frozenset(FIRST.tolist()),
        frozenset(SECOND.tolist()),
    }
    assert halves(FIRST, given) is None
    assert halves(FIRST[:10], given) is None


def test_odd_ones_out_are_cut_off_and_handed_on() -> None:
    given = linkage({0: FIRST, 1: SECOND}, {0: np.arange(80)})
    members, off = trimmed(np.arange(47), given)
    assert members.tolist() == FIRST.tolist()
    assert [part.tolist() for part in off] == [list(range(40, 47))]


def test_nothing_of_a_group_of_two_pieces_is_left_but_the_pieces() -> None:
    given = linkage({0: FIRST, 1: SECOND}, {0: np.arange(80)})
    members, off = trimmed(np.arange(80), given)
    assert not len(members)
    assert {len(part) for part in off} == {40}

"""The arena: honest voters, the release day, and attacks that do what their source says."""

import numpy as np
import pyarrow.compute as pc
import pytest

from builders.rigged import MODELS, TARGET, honest, ledger_of, rigged, votes_of
from revenuer.rank.rigging import without
from revenuer.records import BALLOT_SCHEMA
from revenuer.simulate import ATTACKS, Attack, Crowd, draw_arena, honest_votes, rigged_votes


def test_the_table_is_a_ballot_table_in_order_of_time() -> None:
    table = honest().table
    assert table.schema == BALLOT_SCHEMA
    moments = table["timestamp"].to_numpy()
    assert (np.diff(moments).astype(np.int64) >= 0).all()
    assert pc.all(pc.not_equal(table["model_a"], table["model_b"])).as_py()


def test_one_seed_is_one_board() -> None:
    def board(seed: int):  # type: ignore[no-untyped-def]
        rng = np.random.default_rng(seed)
        return honest_votes(rng, draw_arena(rng, 8), Crowd(voters=50)).table

    assert board(4).equals(board(4))
    assert not board(4).equals(board(5))


def test_the_fit_finds_the_true_strengths() -> None:
    ballots = honest()
    assert np.corrcoef(ledger_of(votes_of(ballots.table)).fit.theta, ballots.arena.strengths)[0, 1] > 0.95


def test_the_released_model_is_not_met_before_its_release_and_often_after() -> None:
    ballots = honest()
    arena = ballots.arena
    votes = votes_of(ballots.table)
    day = (votes.time_us - votes.time_us.min()) / 86400e6
    met = (votes.a == arena.released) | (votes.b == arena.released)
    assert not met[day < arena.release_day - 1].any()
    soon = (day >= arena.release_day) & (day < arena.release_day + arena.boost_days)
    assert met[soon].mean() > 2 * met[day > arena.release_day + arena.boost_days + 1].mean()


def test_honest_people_do_not_vote_by_the_second() -> None:
    votes = votes_of(honest().table)
    order = np.lexsort((votes.time_us, votes.voter))
    gap = np.diff(votes.time_us[order])[np.diff(votes.voter[order]) == 0] / 1e6
    assert np.quantile(gap, 0.01) > 5


@pytest.mark.parametrize("kind", ATTACKS)
def test_each_attack_lifts_its_target(kind: str) -> None:
    ballots = rigged(kind)
    votes = votes_of(ballots.table)
    before, after = ledger_of(without(votes, ballots.rigging)).fit.theta, ledger_of(votes).fit.theta
    assert (after > after[TARGET]).sum() < (before > before[TARGET]).sum()
    assert len(ballots.rigging) == 40


def test_target_only_votes_are_all_on_the_target_and_omnipresent_votes_hardly() -> None:
    for kind, low, high in (
        ("target-only", 0.9, 1.0),
        ("omnipresent", 0.02, 0.2),
        ("sockpuppets", 0.12, 0.3),
    ):
        ballots = rigged(kind)
        mine = ballots.table.filter(
            pc.is_in(ballots.table["voter_id"], value_set=pc.unique(pc.cast(list(ballots.rigging), "string")))
        )
        met = pc.or_(pc.equal(mine["model_a"], ballots.target), pc.equal(mine["model_b"], ballots.target))
        assert low <= pc.mean(met).as_py() <= high


def test_who_cannot_tell_the_models_lifts_nothing() -> None:
    ballots = rigged("omnipresent", identification=0.0)
    votes = votes_of(ballots.table)
    before, after = ledger_of(without(votes, ballots.rigging)).fit.theta, ledger_of(votes).fit.theta
    assert abs(int((after > after[TARGET]).sum()) - int((before > before[TARGET]).sum())) <= 1


def test_attacks_that_make_no_sense_are_refused() -> None:
    rng = np.random.default_rng(1)
    arena = draw_arena(rng, MODELS)
    with pytest.raises(ValueError, match="expected one of"):
        rigged_votes(rng, arena, Crowd(), Attack(kind="bribery", accounts=1, votes=1, target=0))
    with pytest.raises(ValueError, match="start from day"):
        rigged_votes(
            rng, arena, Crowd(), Attack(kind="target-only", accounts=1, votes=1, target=arena.released)
        )

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from builders.votes import board_of_wins, drawn_votes
from revenuer.rank import (
    CertifyOptions,
    Votes,
    certify,
    certify_voters,
    fit_board,
    plan_votes,
    votes_of_tally,
)
from revenuer.rank.leaderboard import FitOptions
from revenuer.records import InputError, UsageError

THETA = np.array([0.35, 0.3, 0.0, -0.3, -0.6])


def leader(votes: Votes) -> str:
    return fit_board(votes, FitOptions()).ratings[0].model


@pytest.fixture(scope="module")
def votes() -> Votes:
    drawn = drawn_votes(THETA, 4_000, 11, voters=120)
    return Votes(
        models=drawn.models,
        a=drawn.a,
        b=drawn.b,
        outcome=drawn.outcome,
        voter=drawn.voter,
        voters=pa.array([f"v{i}" for i in range(120)]),
        source="drawn",
    )


def test_the_votes_of_a_drop_witness_do_change_the_leader(votes: Votes) -> None:
    answer = certify(votes, CertifyOptions(k=1)).answers[0]
    drop = next(b for b in answer.by_action if b.action == "drop")
    assert len(drop.votes) == drop.upper_bound
    left = np.setdiff1d(np.arange(votes.size), drop.votes)
    assert leader(votes.chosen(left)) == drop.pair[1] != leader(votes)
    assert drop.lower_bound <= drop.upper_bound <= 1.25 * drop.lower_bound


def test_the_votes_of_a_flip_witness_do_change_the_leader(votes: Votes) -> None:
    answer = certify(votes, CertifyOptions(k=1, actions=("flip",))).answers[0]
    assert answer.exact
    flipped = votes.outcome.copy()
    flipped[list(answer.by_action[0].votes)] = 1 - flipped[list(answer.by_action[0].votes)]
    changed = Votes(models=votes.models, a=votes.a, b=votes.b, outcome=flipped, source="flipped")
    assert leader(changed) == answer.pair[1]


def test_one_vote_of_the_witness_less_is_not_enough(votes: Votes) -> None:
    flip = certify(votes, CertifyOptions(k=1, actions=("flip",))).answers[0].by_action[0]
    outcome = votes.outcome.copy()
    outcome[list(flip.votes[1:])] = 1 - outcome[list(flip.votes[1:])]
    changed = Votes(models=votes.models, a=votes.a, b=votes.b, outcome=outcome, source="flipped")
    assert leader(changed) == flip.pair[0]


def test_the_order_is_never_safer_than_the_set(votes: Votes) -> None:
    for k in (2, 3):
        of_set, of_order = certify(votes, CertifyOptions(k=k)).answers
        assert of_order.lower_bound <= of_set.lower_bound
        assert of_order.upper_bound <= of_set.upper_bound


def test_without_the_accounts_of_a_witness_the_leader_is_another(votes: Votes) -> None:
    certificate = certify_voters(votes, CertifyOptions(k=1), votes_each=10)
    drop = next(b for b in certificate.answers[0].by_action if b.action == "drop")
    gone = np.isin(votes.voter, [int(name[1:]) for name in drop.accounts])
    assert len(drop.accounts) == drop.upper_bound
    assert leader(votes.chosen(~gone)) == drop.pair[1]
    assert 1 <= drop.lower_bound <= drop.upper_bound
    by_vote = certify(votes, CertifyOptions(k=1, actions=("add",))).answers[0].by_action[0]
    add = next(b for b in certificate.answers[0].by_action if b.action == "add")
    assert add.lower_bound == -(-by_vote.lower_bound // 10)


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper"])
def test_tie_models_with_a_parameter_get_upper_bounds_only(votes: Votes, ties: str) -> None:
    certificate = certify(votes, CertifyOptions(k=1, ties=ties))
    answer = certificate.answers[0]
    assert certificate.no_lower_bound is not None
    assert answer.lower_bound is None
    assert not answer.exact
    assert {b.action for b in answer.by_action if b.upper_bound} == {"drop", "flip", "add"}


def test_style_gets_upper_bounds_that_its_own_fit_confirms(votes: Votes) -> None:
    rng = np.random.default_rng(4)
    styled = replace(votes, style={"length": rng.normal(0, 1, votes.size)})
    certificate = certify(styled, CertifyOptions(k=1, style=("length",)))
    answer = certificate.answers[0]
    assert "style" in (certificate.no_lower_bound or "")
    assert answer.lower_bound is None
    assert {b.action for b in answer.by_action if b.upper_bound} == {"drop", "flip", "add"}
    plain = certify(votes, CertifyOptions(k=1)).answers[0]
    assert answer.upper_bound == pytest.approx(plain.upper_bound, rel=0.5)
    drop = next(b for b in answer.by_action if b.action == "drop")
    left = styled.chosen(np.setdiff1d(np.arange(votes.size), drop.votes))
    board = fit_board(left, FitOptions(style=("length",)))
    assert board.ratings[0].model == drop.pair[1]


def test_votes_that_do_not_count_can_be_turned_into_wins() -> None:
    # Ends of a chain that only ties join, which do not count: three of them, turned into wins, are worth twelve flips elsewhere.
    pairs = np.array([[i, i + 1] for i in range(9)] + [[0, 9]])
    counts = np.array([[112, 88, 0, 0]] + [[100, 100, 0, 0]] * 8 + [[0, 0, 200, 0]])
    chain = votes_of_tally(tuple(f"m{i}" for i in range(10)), pairs, counts, "chain")
    answer = certify(chain, CertifyOptions(k=1, ties="drop", actions=("flip",))).answers[0]
    assert answer.lower_bound == 3
    assert not answer.exact


def test_strengths_too_far_apart_are_an_error_and_not_a_crash() -> None:
    wins = [368, 271, 6, 1, 690, 69, 1, 538, 900, 7]
    pairs = np.array([[i, (i + 1) % len(wins)] for i in range(len(wins))])
    cycle = votes_of_tally(
        tuple(f"m{i}" for i in range(len(wins))), pairs, np.array([[n, 0, 0, 0] for n in wins]), "cycle"
    )
    fit_board(cycle, FitOptions())
    with pytest.raises(InputError, match="so far apart"):
        certify(cycle, CertifyOptions(k=5))


def test_models_outside_the_component_are_named() -> None:
    votes = board_of_wins("abcd", {"ab": 12, "ba": 9, "bc": 10, "cb": 9, "da": 5})
    assert certify(votes, CertifyOptions(k=1)).outside == ("d",)


def test_a_thin_pair_is_under_sampled_and_a_thick_one_a_near_tie() -> None:
    thick = {f"{u}{v}": 300 for u in "abcd" for v in "abcd" if u != v}
    thick["ab"] = 310
    near = certify(board_of_wins("abcd", thick), CertifyOptions(k=1)).answers[0]
    assert near.cause == "near_tie"
    thin = board_of_wins("abcde", {**thick, "ac": 340, "bc": 340, "ea": 5, "ae": 4, "eb": 4, "be": 4})
    assert certify(thin, CertifyOptions(k=1)).answers[0].cause == "under_sampled"


def test_questions_that_make_no_sense_are_explained(votes: Votes) -> None:
    with pytest.raises(UsageError, match="expected 1 to 4"):
        certify(votes, CertifyOptions(k=5))
    with pytest.raises(UsageError, match="expected some of drop, flip, add"):
        certify(votes, CertifyOptions(k=1, actions=("burn",)))
    with pytest.raises(UsageError, match="not flipped"):
        certify_voters(votes, CertifyOptions(k=1, actions=("flip",)), 10)
    weighted = Votes(
        models=votes.models,
        a=votes.a,
        b=votes.b,
        outcome=votes.outcome,
        weight=np.full(votes.size, 0.5),
        source="weighted",
    )
    with pytest.raises(InputError, match="weights"):
        certify(weighted, CertifyOptions(k=1))
    with pytest.raises(UsageError, match="no voter_id"):
        certify_voters(drawn_votes(THETA, 200, 1), CertifyOptions(k=1), 10)


def test_a_plan_spends_its_budget_on_the_least_settled_pair(votes: Votes) -> None:
    plan = plan_votes(votes, 1, 500, target=60)
    assert sum(pair.votes for pair in plan.pairs) == 500
    assert {plan.pairs[0].model_a, plan.pairs[0].model_b} & set(plan.pair)
    assert plan.settled[1] > plan.settled[0] > 0.5
    assert plan.certificate[1] >= plan.certificate[0]
    assert plan.votes_until is not None
    assert 0 < plan.votes_until < 10_000
    assert plan_votes(votes, 1, 500, target=1).votes_until == 0


def test_a_plan_refuses_what_it_cannot_do(votes: Votes) -> None:
    with pytest.raises(UsageError, match="budget"):
        plan_votes(votes, 1, 0)
    with pytest.raises(UsageError, match="half or drop"):
        plan_votes(votes, 1, 10, ties="davidson")

import numpy as np
import pytest

from builders.votes import board_of_wins, drawn_votes
from revenuer.rank import FitOptions, fit_board, ratings_table
from revenuer.records import InputError, UsageError

THETA = np.array([0.8, 0.3, 0.0, -0.4, -0.7])


def by_name(board):
    return {rating.model: rating for rating in board.ratings}


def test_a_board_is_ordered_and_its_intervals_hold_the_truth() -> None:
    board = fit_board(drawn_votes(THETA, 20_000, 1), FitOptions())
    assert [r.model for r in board.ratings] == ["m00", "m01", "m02", "m03", "m04"]
    for rating, theta in zip(board.ratings, THETA, strict=True):
        truth = 1000 + (theta - THETA.mean()) * 400 / np.log(10)
        assert rating.low - 5 < truth < rating.high + 5
        assert rating.rank_low <= int(rating.model[1:]) + 1 <= rating.rank_high
    assert sum(r.votes for r in board.ratings) == 2 * board.votes
    assert ratings_table(board).column("rank_low").to_pylist() == [r.rank_low for r in board.ratings]


@pytest.mark.parametrize("ties", ["half", "davidson", "rao-kupper", "drop"])
def test_every_tie_model_gives_the_same_order_on_plenty_of_votes(ties: str) -> None:
    board = fit_board(drawn_votes(THETA, 20_000, 2), FitOptions(ties=ties))
    assert [r.model for r in board.ratings] == ["m00", "m01", "m02", "m03", "m04"]
    assert (board.tie_parameter is not None) == (ties in {"davidson", "rao-kupper"})


def test_a_model_that_never_lost_has_no_number() -> None:
    board = fit_board(
        board_of_wins("abcd", {"ab": 3, "ba": 2, "bc": 2, "cb": 2, "da": 4, "db": 1}), FitOptions()
    )
    found = by_name(board)
    assert (found["d"].rating, found["d"].rank_low, found["d"].status) == (None, None, "never_lost")
    assert [found[m].status for m in "abc"] == ["ranked"] * 3
    assert board.components[0] == tuple(r.model for r in board.ratings[:3])


def test_islands_are_ranked_each_for_itself() -> None:
    board = fit_board(
        board_of_wins("abcde", {"ab": 3, "ba": 1, "ac": 2, "ca": 1, "de": 5, "ed": 2}), FitOptions()
    )
    assert {frozenset(models) for models in board.components} == {frozenset("abc"), frozenset("de")}
    found = by_name(board)
    assert found["d"].rank_low == 1
    assert found["d"].rating == pytest.approx(1000 + 200 * np.log10(5 / 2))


def test_two_ties_do_not_pass_for_certainty() -> None:
    board = fit_board(board_of_wins("ab", {"a=b": 2}), FitOptions())
    assert board.ratings[0].high - board.ratings[0].low > 200
    assert [(r.rank_low, r.rank_high) for r in board.ratings] == [(1, 2), (1, 2)]


def test_a_board_where_all_is_separated_is_refused() -> None:
    with pytest.raises(InputError, match="no two models can be compared"):
        fit_board(board_of_wins("abc", {"ab": 3, "bc": 2}), FitOptions())


def test_the_anchor_has_its_rating_and_no_width() -> None:
    board = fit_board(drawn_votes(THETA, 5_000, 3), FitOptions(anchor=("m02", 1200.0)))
    anchor = by_name(board)["m02"]
    assert (anchor.rating, anchor.low, anchor.high) == pytest.approx((1200.0, 1200.0, 1200.0))


def test_bootstrap_and_sandwich_agree() -> None:
    votes = drawn_votes(THETA, 4_000, 4, voters=300)
    for cluster in ((), ("voter",)):
        one = by_name(fit_board(votes, FitOptions(cluster=cluster)))
        other = by_name(fit_board(votes, FitOptions(cluster=cluster, bootstrap=400)))
        for name, rating in one.items():
            width = rating.high - rating.low
            assert other[name].high - other[name].low == pytest.approx(width, rel=0.2)


def test_voters_that_repeat_themselves_widen_the_intervals() -> None:
    votes = drawn_votes(THETA, 1_000, 5, ties=0.0)
    again = np.tile(np.arange(1_000), 10)
    repeated = votes.chosen(again)
    repeated = type(repeated)(
        models=votes.models,
        a=repeated.a,
        b=repeated.b,
        outcome=repeated.outcome,
        voter=again.astype(np.int32),
        source="repeated",
    )
    once, ten = fit_board(votes, FitOptions()), fit_board(repeated, FitOptions(cluster=("voter",)))
    naive = fit_board(repeated, FitOptions())
    width = {name: r.high - r.low for name, r in by_name(once).items()}
    for name, rating in by_name(ten).items():
        assert rating.high - rating.low == pytest.approx(width[name], rel=0.02)
        assert by_name(naive)[name].high - by_name(naive)[name].low < 0.4 * width[name]


def test_style_is_taken_out() -> None:
    rng = np.random.default_rng(6)
    votes = drawn_votes(THETA, 30_000, 6, ties=0.0)
    length = rng.normal(0, 1, votes.size) + 0.8 * ((votes.a == 4).astype(float) - (votes.b == 4))
    chance = 1 / (1 + np.exp(-(THETA[votes.a] - THETA[votes.b] + 0.5 * length)))
    outcome = (rng.random(votes.size) > chance).astype(np.int8)
    styled = type(votes)(
        models=votes.models, a=votes.a, b=votes.b, outcome=outcome, style={"length": length}, source="styled"
    )
    plain, controlled = fit_board(styled, FitOptions()), fit_board(styled, FitOptions(style=("length",)))
    assert by_name(plain)["m04"].rating > by_name(controlled)["m04"].rating + 40
    truth = 1000 + (THETA[4] - THETA.mean()) * 400 / np.log(10)
    assert by_name(controlled)["m04"].rating == pytest.approx(truth, abs=25)
    effect = controlled.style[0]
    assert effect.low < 0.5 * np.std(length) * 400 / np.log(10) < effect.high


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (FitOptions(ties="thirds"), "expected one of half"),
        (FitOptions(both_bad="loss"), "expected one of tie"),
        (FitOptions(cluster=("voter",)), "no voter_id column"),
        (FitOptions(cluster=("table",)), "expected voter, prompt"),
        (FitOptions(style=("length",)), "length_a and length_b"),
        (FitOptions(level=95.0), "such as 0.95"),
        (FitOptions(anchor=("m99", 1000.0)), "not a model"),
    ],
)
def test_options_that_do_not_fit_are_explained(options: FitOptions, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fit_board(drawn_votes(THETA, 100, 7), options)


def test_both_bad_can_be_left_out() -> None:
    votes = drawn_votes(THETA, 2_000, 8)
    outcome = np.where(votes.outcome == 2, 3, votes.outcome).astype(np.int8)
    bad = type(votes)(models=votes.models, a=votes.a, b=votes.b, outcome=outcome, source="bad")
    kept, left_out = fit_board(bad, FitOptions()), fit_board(bad, FitOptions(both_bad="drop"))
    assert [r.rating for r in kept.ratings] == [r.rating for r in fit_board(votes, FitOptions()).ratings]
    assert sum(r.votes for r in left_out.ratings) == 2 * (outcome != 3).sum()


def test_the_report_says_what_other_choices_would_give() -> None:
    board = fit_board(drawn_votes(THETA, 5_000, 9), FitOptions())
    by_choice = {a.choice: a for a in board.alternatives}
    assert by_choice["ties and both-bad as half wins"].flips > 0
    assert by_choice["ties by Davidson, both-bad a tie"].flips is None
    assert {a.leader for a in board.alternatives if "both-bad" in a.choice} == {"m00"}

"""Lifting a model where it does not play: omnipresent accounts are found, communities of taste are not."""

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, split, summed, votes_of
from revenuer.rank.rigging.directions import decoy, directions_of
from revenuer.rank.rigging.learnt import learn_directions
from revenuer.rank.rigging.lift import lift


def _lift(ballots, seed: int = 0):  # type: ignore[no-untyped-def]
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rng = np.random.default_rng(seed)
    trials, why = learn_directions(ledger, judged(ledger), summed(ledger)[2], rng)
    return lift(ledger, trials, why, rng), votes


def test_fires_on_omnipresent_votes() -> None:
    ballots = rigged("omnipresent")
    test, votes = _lift(ballots)
    rigging, others = split(test, votes, ballots)
    assert np.median(rigging) > 4
    assert others.max() < 3


def test_communities_and_odd_tastes_do_not_fire() -> None:
    for crowd in (
        {"community": 0.2, "community_sd": 1.0},
        {"taste_sd": 0.9, "taste_df": 3.0},
        {"clickers": 0.5},
    ):
        test, _ = _lift(honest(**crowd))
        assert test.log10_e.max() < 3


def test_evasion_few_votes_an_account() -> None:
    ballots = rigged("omnipresent", 40, 20)
    test, votes = _lift(ballots)
    assert split(test, votes, ballots)[0].max() < 3


def test_answers_the_same_with_the_same_seed() -> None:
    ballots = rigged("omnipresent")
    assert (_lift(ballots, 5)[0].log10_e == _lift(ballots, 5)[0].log10_e).all()


def test_directions_leave_out_target_and_anchor_and_decoys_keep_the_balance() -> None:
    ledger = ledger_of(votes_of(honest().table))
    directions = directions_of(ledger.fit)
    first, second = ledger.pairs.first, ledger.pairs.second
    sides = directions.on_pairs(first, second, slice(0, 1))[:, 0]
    aimed = [directions.target[0], directions.anchor[0]]
    assert (sides[np.isin(first, aimed) | np.isin(second, aimed)] == 0).all()
    table = np.zeros((20, 20))
    table[first, second], table[second, first] = sides, -sides
    other = decoy(table, ledger.fit.theta, np.random.default_rng(2))
    assert (other == -other.T).all()
    assert np.abs(other).sum() == np.abs(table).sum()
    assert (other[aimed] == 0).all()

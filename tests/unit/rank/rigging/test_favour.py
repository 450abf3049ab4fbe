"""Devotion to one model: rigging accounts are found without times, a community's love is not."""

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, split, summed, votes_of
from revenuer.rank.rigging.favour import devotion, favour


def test_fires_on_votes_for_one_model_alone() -> None:
    ballots = rigged("target-only", 10, 100)
    votes = votes_of(ballots.table, times=False)
    ledger = ledger_of(votes)
    rigging, others = split(favour(ledger, judged(ledger), *summed(ledger)), votes, ballots)
    assert rigging.min() > 1.0
    assert others.max() < rigging.min()


def test_fans_of_a_release_and_wide_tastes_do_not_fire() -> None:
    for crowd in (
        {"eager": 0.4, "eagerness": 1.0},
        {"taste_sd": 0.9, "taste_df": 3.0},
        {"community_sd": 1.0},
    ):
        ledger = ledger_of(votes_of(honest(**crowd).table))
        assert favour(ledger, judged(ledger), *summed(ledger)).log10_e.max() < 2.5


def test_evasion_nine_honest_votes_in_ten() -> None:
    ballots = rigged("sockpuppets")
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rigging, _ = split(favour(ledger, judged(ledger), *summed(ledger)), votes, ballots)
    assert (rigging < 2).all()


def test_devotion_grows_with_points_and_shrinks_with_the_spread_of_taste() -> None:
    n, half = np.full(3, 20.0), np.full(3, 0.5)
    narrow = devotion(n, np.array([10.0, 15.0, 20.0]), half, 0.1)
    wide = devotion(n, np.array([10.0, 15.0, 20.0]), half, 1.0)
    assert (np.diff(narrow) > 0).all()
    assert narrow[2] > wide[2]


def test_says_why_it_could_not_run() -> None:
    ledger = ledger_of(votes_of(honest().table))
    nobody = np.zeros(ledger.voters, bool)
    assert "fewer than" in favour(ledger, nobody, *summed(ledger)).not_evaluated

"""Votes against the board: who lifts the weakest model is found, who clicks at random is not."""

from dataclasses import replace

import numpy as np

from builders.rigged import MODELS, honest, judged, ledger_of, rigged, split, votes_of
from revenuer.rank.rigging.against_board import against_board
from revenuer.simulate import draw_arena


def _weakest() -> int:
    return int(draw_arena(np.random.default_rng(1), MODELS).strengths.argmin())


def test_fires_on_accounts_that_lift_the_weakest_model() -> None:
    ballots = rigged("target-only", 5, 100, target=_weakest())
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rigging, others = split(against_board(ledger, judged(ledger)), votes, ballots)
    assert (rigging > 4).all()
    assert others.max() < 3


def test_random_clicks_and_odd_tastes_are_no_worse_than_a_coin() -> None:
    for crowd in ({"clickers": 0.5}, {"taste_sd": 0.9, "taste_df": 3.0}):
        ledger = ledger_of(votes_of(honest(**crowd).table))
        e = 10 ** against_board(ledger, judged(ledger)).log10_e[judged(ledger)]
        assert e.mean() <= 1.0


def test_evasion_lifting_a_model_that_is_strong_anyway() -> None:
    strongest = int(draw_arena(np.random.default_rng(1), MODELS).strengths.argmax())
    ballots = rigged("target-only", 5, 100, target=strongest)
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rigging, _ = split(against_board(ledger, judged(ledger)), votes, ballots)
    assert (rigging < 1).all()


def test_a_tie_is_not_evidence_against_anybody() -> None:
    votes = votes_of(honest().table)
    tied = replace(ledger_of(votes), score=np.full(votes.size, 0.5))
    assert (against_board(tied, judged(tied)).log10_e <= 0).all()

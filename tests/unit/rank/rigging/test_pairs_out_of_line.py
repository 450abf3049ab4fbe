"""Pairs out of line: a rigged duel is found, the board's own misfit is not, rigging of every pair is not
either."""

from dataclasses import replace

import numpy as np

from builders.rigged import TARGET, honest, ledger_of, rigged, votes_of
from revenuer.rank.rigging.pairs_out_of_line import find_pairs_out_of_line


def test_fires_on_a_rigged_duel() -> None:
    votes = votes_of(honest().table, voters=False, times=False)
    extra = 150
    duel = replace(
        votes,
        a=np.append(votes.a, np.full(extra, TARGET, np.int32)),
        b=np.append(votes.b, np.full(extra, TARGET + 1, np.int32)),
        outcome=np.append(votes.outcome, np.full(extra, 0, np.int8)),
    )
    pairs, tested, why = find_pairs_out_of_line(ledger_of(duel), 0.01)
    assert [(pair.model, pair.other) for pair in pairs] == [(votes.models[TARGET], votes.models[TARGET + 1])]
    assert pairs[0].share > pairs[0].expected
    assert tested > 100
    assert not why


def test_tastes_that_fit_no_scale_do_not_fire() -> None:
    for crowd in ({"taste_sd": 0.9, "taste_df": 3.0}, {"community": 0.5, "community_sd": 1.0}):
        assert find_pairs_out_of_line(ledger_of(votes_of(honest(**crowd).table)), 0.01)[0] == ()


def test_evasion_rigging_every_pair_of_the_target() -> None:
    ledger = ledger_of(votes_of(rigged("target-only", 40, 30).table))
    assert find_pairs_out_of_line(ledger, 0.01)[0] == ()


def test_too_few_pairs_say_so() -> None:
    votes = votes_of(honest().table)
    few = votes.chosen((votes.a < 4) & (votes.b < 4))
    assert "fewer than" in find_pairs_out_of_line(ledger_of(few), 0.01)[2]

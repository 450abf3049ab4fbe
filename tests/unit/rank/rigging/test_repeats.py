"""Repeated pairs: found where an account meets one pair again and again, not on a board of few pairs."""

from dataclasses import replace

import numpy as np

from builders.rigged import honest, judged, ledger_of, votes_of
from revenuer.rank.rigging.repeats import repeats


def test_fires_on_one_pair_again_and_again() -> None:
    votes = votes_of(honest().table)
    code = int(np.argsort(-np.bincount(votes.voter))[20])
    mine = votes.voter == code
    ledger = ledger_of(
        replace(votes, a=np.where(mine, 2, votes.a), b=np.where(mine, 7, votes.b).astype(np.int32))
    )
    test = repeats(ledger, judged(ledger))
    assert test.log10_e[code] > 3
    assert np.delete(test.log10_e, code).max() < 2


def test_few_prompts_and_few_pairs_do_not_fire() -> None:
    ledger = ledger_of(votes_of(honest(specialists=1.0).table))
    assert repeats(ledger, judged(ledger)).log10_e.max() < 2
    votes = votes_of(honest().table)
    few = votes.chosen((votes.a < 3) & (votes.b < 3))
    ledger = ledger_of(few)
    assert repeats(ledger, ledger.count >= 5).log10_e.max() < 2


def test_a_board_with_pairs_of_its_own_for_each_account_is_not_evaluated() -> None:
    votes = votes_of(honest().table)
    a = (votes.voter % 10).astype(np.int32)
    ledger = ledger_of(replace(votes, a=a, b=(a + 1 + votes.voter % 7).astype(np.int32)))
    assert "not dealt alike" in repeats(ledger, judged(ledger)).not_evaluated

"""Battles with one model: seekers are found, a release that is dealt to everybody is not, a board of choice
says so."""

from dataclasses import replace

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, split, summed, votes_of
from revenuer.rank.rigging.attention import attention, dealt_share


def test_fires_on_who_waits_for_the_target() -> None:
    ballots = rigged("target-only", 10, 30)
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rows, cells, _ = summed(ledger)
    test = attention(ledger, judged(ledger), rows, cells)
    rigging, others = split(test, votes, ballots)
    assert (rigging > 5).all()
    assert others.max() < 3
    code = int(test.log10_e.argmax())
    assert test.reason(code).model == ballots.target


def test_an_attack_by_a_sixth_of_all_accounts_is_still_one() -> None:
    ballots = rigged("target-only", 120, 30)
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rows, cells, _ = summed(ledger)
    rigging, others = split(attention(ledger, judged(ledger), rows, cells), votes, ballots)
    assert np.median(rigging) > 5
    assert others.max() < 3


def test_a_release_with_a_rush_of_new_accounts_does_not_fire() -> None:
    ledger = ledger_of(votes_of(honest(eager=0.4, eagerness=1.0).table))
    rows, cells, _ = summed(ledger)
    assert attention(ledger, judged(ledger), rows, cells).log10_e.max() < 2


def test_a_board_whose_voters_choose_is_not_evaluated() -> None:
    votes = votes_of(honest().table)
    # Every voter battles only with one model of its own choice.
    chosen = (votes.voter % len(votes.models)).astype(np.int32)
    b = np.where(votes.b == chosen, (chosen + 1) % len(votes.models), votes.b).astype(np.int32)
    ledger = ledger_of(replace(votes, a=chosen, b=b))
    rows, cells, _ = summed(ledger)
    assert "not dealt alike" in attention(ledger, judged(ledger), rows, cells).not_evaluated


def test_without_times_it_says_so() -> None:
    ledger = ledger_of(votes_of(honest().table, times=False))
    rows, cells, _ = summed(ledger)
    assert "no times" in attention(ledger, judged(ledger), rows, cells).not_evaluated


def test_an_account_does_not_set_its_own_standard() -> None:
    ledger = ledger_of(votes_of(rigged("target-only", 1, 300, span_days=0.2).table))
    rows, _, _ = summed(ledger)
    heavy = rows.voter == ledger.count.argmax()
    assert np.median(dealt_share(ledger, rows)[heavy & (rows.model == 3)]) < 0.3


def test_evasion_nine_honest_votes_in_ten() -> None:
    ballots = rigged("sockpuppets")
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rows, cells, _ = summed(ledger)
    rigging, _ = split(attention(ledger, judged(ledger), rows, cells), votes, ballots)
    assert (rigging < 2).all()

"""Newcomers: a wave of accounts for one model is found, a release day with its fans is not."""

from builders.rigged import honest, ledger_of, rigged, summed, votes_of
from revenuer.rank.rigging.newcomers import find_newcomers


def test_fires_on_a_wave_of_accounts_for_one_model() -> None:
    ballots = rigged("target-only", 80, 20, span_days=2.0)
    ledger = ledger_of(votes_of(ballots.table))
    groups, tested, why = find_newcomers(ledger, *summed(ledger), 0.01)
    assert ballots.target in {group.model for group in groups}
    assert tested > 50
    assert not why


def test_a_release_day_does_not_fire_and_names_nobody() -> None:
    for crowd in ({"eager": 0.4, "eagerness": 0.3}, {}):
        ledger = ledger_of(votes_of(honest(**crowd).table))
        assert find_newcomers(ledger, *summed(ledger), 0.01)[0] == ()


def test_evasion_accounts_that_come_one_by_one() -> None:
    ballots = rigged("sockpuppets", 40, 50)
    ledger = ledger_of(votes_of(ballots.table))
    assert find_newcomers(ledger, *summed(ledger), 0.01)[0] == ()

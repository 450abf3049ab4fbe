"""Bursts without voter ids: a day of rigging is found, a release day is not, a month of it is not either."""

from builders.rigged import honest, ledger_of, rigged, votes_of
from revenuer.rank.rigging.bursts import find_bursts


def test_fires_on_a_day_of_votes_for_one_model() -> None:
    ballots = rigged("target-only", 20, 30, span_days=1.0)
    bursts, windows, why = find_bursts(ledger_of(votes_of(ballots.table, voters=False)), 0.01)
    assert {burst.model for burst in bursts} == {ballots.target}
    assert bursts[0].share > bursts[0].expected + 0.15
    assert windows > 500
    assert not why


def test_a_release_day_does_not_fire() -> None:
    for crowd in ({"eager": 0.5, "eagerness": 0.5}, {"volume_sigma": 1.6}):
        assert find_bursts(ledger_of(votes_of(honest(**crowd).table, voters=False)), 0.01)[0] == ()


def test_evasion_spread_over_weeks() -> None:
    ballots = rigged("sockpuppets", 20, 30, span_days=20.0)
    assert find_bursts(ledger_of(votes_of(ballots.table, voters=False)), 0.01)[0] == ()


def test_without_times_it_says_so() -> None:
    _, windows, why = find_bursts(ledger_of(votes_of(honest().table, times=False)), 0.01)
    assert windows == 0
    assert why == "votes have no times"

"""Lockstep: scripted rounds are found, people of one evening are not, a script with patience is not
either."""

from dataclasses import replace

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, split, votes_of
from revenuer.rank.rigging.lockstep import NARROW_S, WIDE_S, find_meetings, lockstep


def test_fires_on_sockpuppets_of_one_script() -> None:
    ballots = rigged("sockpuppets", 20, 60, lockstep=0.6)
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    rigging, others = split(lockstep(ledger, judged(ledger))[0], votes, ballots)
    assert (rigging > 4).all()
    assert others.max() < 3


def test_a_crowd_on_release_day_does_not_fire() -> None:
    ledger = ledger_of(votes_of(honest(eager=0.6, median_votes=20.0).table))
    assert lockstep(ledger, judged(ledger))[0].log10_e.max() < 3


def test_evasion_a_script_that_waits() -> None:
    ballots = rigged("sockpuppets", 20, 60)
    votes = votes_of(ballots.table)
    ledger = ledger_of(votes)
    assert split(lockstep(ledger, judged(ledger))[0], votes, ballots)[0].max() < 3


def test_meetings_agree_with_counting_all_pairs() -> None:
    rng = np.random.default_rng(4)
    voter, moment = rng.integers(0, 5, 300), np.sort(rng.uniform(0, 4000, 300))
    meetings = find_meetings(voter, moment, 5)
    assert len(meetings.met) > 0
    for i, j, met, chance in zip(
        meetings.first, meetings.second, meetings.met, meetings.by_chance, strict=True
    ):
        gap = np.abs(moment[voter == i][:, None] - moment[voter == j])
        assert met == (gap <= NARROW_S).sum()
        wide = (gap <= WIDE_S).sum() - met
        assert chance == wide * NARROW_S / (WIDE_S - NARROW_S)


def test_times_to_the_minute_are_not_evaluated() -> None:
    votes = votes_of(honest().table)
    coarse = np.asarray(votes.time_us) // 60_000_000 * 60_000_000
    ledger = ledger_of(votes)
    test, _ = lockstep(replace(ledger, time_us=coarse), judged(ledger))
    assert "coarser" in test.not_evaluated

"""find_rigging as a whole: what it accuses, what it says it did not look at, and the board without the
suspects."""

import json
from dataclasses import replace

import numpy as np
import pytest

from builders.rigged import honest, rigged, votes_of
from revenuer.rank.rigging import RiggingOptions, as_json, find_rigging, without
from revenuer.rank.rigging.find import ACCOUNT_TESTS, combined
from revenuer.records import Outcome, UsageError


def test_the_attack_is_found_and_nobody_else() -> None:
    for kind in ("target-only", "omnipresent"):
        ballots = rigged(kind)
        found = find_rigging(votes_of(ballots.table))
        assert {suspect.account for suspect in found.suspects} <= ballots.rigging
        assert len(found.suspects) >= 0.9 * len(ballots.rigging)
        assert found.outcome is Outcome.POSITIVE
        assert all(suspect.reasons and suspect.reasons[0].look_alike for suspect in found.suspects)


def test_suspects_of_one_model_are_a_group() -> None:
    ballots = rigged("target-only", 10, 30)
    groups = find_rigging(votes_of(ballots.table)).groups
    assert any(g.kind == "same_model" and g.model == ballots.target and len(g.accounts) == 10 for g in groups)


def test_suspects_of_one_script_are_a_group() -> None:
    ballots = rigged("sockpuppets", 20, 60, lockstep=0.6)
    groups = find_rigging(votes_of(ballots.table)).groups
    assert any(g.kind == "lockstep" and set(g.accounts) == ballots.rigging for g in groups)


def test_evasion_sockpuppets_at_human_pace() -> None:
    found = find_rigging(votes_of(rigged("sockpuppets").table))
    assert found.suspects == ()


def test_without_voter_ids_the_account_tests_say_not_evaluated() -> None:
    found = find_rigging(votes_of(honest().table, voters=False))
    outcomes = {check.test: check.outcome for check in found.checks}
    assert all(outcomes[name] is Outcome.NOT_EVALUATED for name in ACCOUNT_TESTS)
    assert outcomes["bursts"] is Outcome.NEGATIVE
    assert found.outcome is Outcome.NEGATIVE


def test_without_times_the_tests_of_time_say_not_evaluated() -> None:
    found = find_rigging(votes_of(honest().table, times=False))
    skipped = {check.test for check in found.checks if check.outcome is Outcome.NOT_EVALUATED}
    assert skipped == {"attention", "speed", "lockstep", "newcomers", "bursts"}


def test_some_voters_and_some_times_unknown() -> None:
    votes = votes_of(rigged("target-only", 10, 60).table)
    voter = np.where(np.arange(votes.size) % 7 == 0, -1, votes.voter).astype(np.int32)
    time_us = np.where(np.arange(votes.size) % 9 == 0, np.iinfo(np.int64).min, votes.time_us)
    found = find_rigging(replace(votes, voter=voter, time_us=time_us))
    assert len(found.suspects) >= 8


@pytest.mark.parametrize("size", [0, 1, 2, 40])
def test_boards_that_are_too_small_accuse_nobody(size: int) -> None:
    votes = votes_of(honest().table).chosen(np.arange(size))
    found = find_rigging(votes)
    assert found.suspects == ()
    assert found.outcome in (Outcome.NOT_EVALUATED, Outcome.NEGATIVE)


def test_a_board_of_nothing_comparable_was_not_evaluated() -> None:
    assert find_rigging(votes_of(honest().table).chosen(np.zeros(0, int))).outcome is Outcome.NOT_EVALUATED


def test_order_of_votes_does_not_matter_and_runs_agree() -> None:
    votes = votes_of(rigged("target-only", 10, 30).table)
    shuffled = votes.chosen(np.random.default_rng(3).permutation(votes.size))
    one, again, other = find_rigging(votes), find_rigging(votes), find_rigging(shuffled)
    assert as_json(one) == as_json(again)
    assert {s.account for s in one.suspects} == {s.account for s in other.suspects}


def test_findings_are_plain_values() -> None:
    found = as_json(find_rigging(votes_of(rigged("target-only", 10, 30).table)))
    assert json.loads(json.dumps(found))["outcome"] == "positive"


def test_the_mean_of_e_values() -> None:
    assert combined(np.log10([[1.0, 400.0], [3.0, 0.0001]])) == pytest.approx(np.log10([2.0, 200.00005]))
    assert combined(np.array([[900.0], [0.0]])) == pytest.approx([900 - np.log10(2)])


@pytest.mark.parametrize(("level", "least"), [(0.0, 10), (1.0, 10), (0.01, 1)])
def test_options_out_of_range_are_refused(level: float, least: int) -> None:
    with pytest.raises(UsageError, match="expected 0 < level < 1"):
        RiggingOptions(level=level, min_votes=least)


def test_without_takes_away_the_votes_of_suspects_and_of_nobody_else() -> None:
    ballots = rigged("target-only", 10, 30)
    votes = votes_of(ballots.table)
    clean = without(votes, find_rigging(votes).suspects)
    assert clean.size == votes.size - 300
    assert clean.models == votes.models
    assert without(votes, ["nobody"]).size == votes.size


def test_without_needs_voter_ids() -> None:
    with pytest.raises(UsageError, match="voter ids"):
        without(votes_of(honest().table, voters=False), [])

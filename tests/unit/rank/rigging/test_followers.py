"""A crowd that lifts one model a little each: seen as a crowd, not in communities of taste."""

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, summed, votes_of
from revenuer.rank.rigging.findings import Group
from revenuer.rank.rigging.followers import find_followers
from revenuer.rank.rigging.learnt import learn_directions
from revenuer.simulate import Ballots


def _followers(ballots: Ballots, seed: int = 0) -> tuple[Group, ...]:
    ledger = ledger_of(votes_of(ballots.table))
    rng = np.random.default_rng(seed)
    trials, why = learn_directions(ledger, judged(ledger), summed(ledger)[2], rng)
    return find_followers(ledger, trials, why, 0.01, rng)[0]


def test_fires_on_many_accounts_of_few_votes_and_names_none() -> None:
    groups = _followers(rigged("omnipresent", 150, 40))
    assert groups
    assert all(group.accounts == () for group in groups)


def test_communities_and_odd_tastes_do_not_fire() -> None:
    for crowd in (
        {},
        {"community": 0.2, "community_sd": 1.0},
        {"community": 0.5, "community_sd": 1.0},
        {"taste_sd": 0.9, "taste_df": 3.0},
    ):
        for seed in (1, 2):
            assert _followers(honest(seed, **crowd)) == ()


def test_evasion_nine_honest_votes_in_ten() -> None:
    assert _followers(rigged("sockpuppets", 150, 40)) == ()


def test_too_few_accounts_say_so() -> None:
    ledger = ledger_of(votes_of(honest().table))
    rng = np.random.default_rng(0)
    nobody = np.zeros(ledger.voters, bool)
    trials, why = learn_directions(ledger, nobody, 0.3, rng)
    assert "fewer than" in find_followers(ledger, trials, why, 0.01, rng)[2]

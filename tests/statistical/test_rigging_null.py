"""False accusations by find_rigging where nobody rigs, and the size of what it rests on, with fixed seeds."""

import numpy as np

from builders.rigged import honest, judged, ledger_of, rigged, summed, votes_of
from revenuer.rank.rigging import RiggingOptions, find_rigging
from revenuer.rank.rigging.against_board import against_board
from revenuer.rank.rigging.attention import attention
from revenuer.rank.rigging.lockstep import lockstep
from revenuer.rank.rigging.repeats import repeats
from revenuer.stats.tail import tail_p_values

CROWDS = (
    {},
    {"taste_sd": 0.9, "taste_df": 3.0},
    {"community": 0.2, "community_sd": 1.0},
    {"eager": 0.4, "eagerness": 1.0},
    {"clickers": 0.3},
    {"specialists": 0.6},
)


def test_nobody_is_accused_where_nobody_rigs() -> None:
    """At a level of 20 % a false finding is allowed on one honest board in five; there are 18."""
    boards = 0
    for crowd in CROWDS:
        for seed in (11, 12, 13):
            found = find_rigging(votes_of(honest(seed, **crowd).table), RiggingOptions(level=0.2))
            boards += bool(found.suspects)
    assert boards <= 2


def test_accused_of_rigged_boards_are_rigging() -> None:
    shares = []
    for kind in ("target-only", "omnipresent", "sockpuppets"):
        for seed in (21, 22):
            ballots = rigged(kind, 40, 60, seed)
            found = find_rigging(votes_of(ballots.table), RiggingOptions(level=0.2))
            accused = {suspect.account for suspect in found.suspects}
            shares.append(len(accused - ballots.rigging) / max(len(accused), 1))
    assert np.mean(shares) <= 0.1


def test_e_values_of_honest_accounts_are_at_most_one_on_average() -> None:
    for crowd in CROWDS[:3]:
        ledger = ledger_of(votes_of(honest(31, **crowd).table))
        who = judged(ledger)
        rows, cells, _ = summed(ledger)
        tests = (
            against_board(ledger, who),
            attention(ledger, who, rows, cells),
            repeats(ledger, who),
            lockstep(ledger, who)[0],
        )
        for test in tests:
            assert (10 ** test.log10_e[who]).mean() <= 1.0, test.name


def test_tail_p_values_are_not_too_small() -> None:
    rng = np.random.default_rng(5)
    for draw in (rng.standard_normal, rng.standard_exponential, lambda n: rng.standard_t(4, n)):
        reached = {0.01: 0, 1e-4: 0}
        for _ in range(40):
            p = tail_p_values(draw(5000), draw(2000))
            for level in reached:
                reached[level] += int((p <= level).sum())
        assert reached[0.01] <= 40 * 5000 * 0.01 * 1.2
        assert reached[1e-4] <= 40 * 5000 * 1e-4 * 2

"""Boards of the simulated arena as votes, for the tests of the search for rigging."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.rank.rigging.account_test import AccountTest
from revenuer.rank.rigging.cells import Cells, cells_of
from revenuer.rank.rigging.ledger import Incidences, Ledger, open_ledger
from revenuer.rank.rigging.taste import taste_spread
from revenuer.rank.votes import Votes
from revenuer.records import WINNERS
from revenuer.simulate import Attack, Ballots, Crowd, draw_arena, honest_votes, rigged_votes

MODELS = 20
TARGET = 3


def votes_of(table: pa.Table, *, voters: bool = True, times: bool = True) -> Votes:
    """Return a table of BALLOT_SCHEMA as votes, without voter ids or times where these are not wanted."""
    columns = {name: table[name].combine_chunks() for name in ("model_a", "model_b", "winner", "voter_id")}
    models = pa.array(sorted(set(columns["model_a"].to_pylist()) | set(columns["model_b"].to_pylist())))
    coded = columns["voter_id"].dictionary_encode()

    def places(column: str, among: pa.Array) -> np.ndarray:
        return np.asarray(pc.index_in(columns[column], value_set=among).to_numpy(zero_copy_only=False))

    return Votes(
        models=tuple(models.to_pylist()),
        a=places("model_a", models).astype(np.int32),
        b=places("model_b", models).astype(np.int32),
        outcome=places("winner", pa.array(WINNERS)).astype(np.int8),
        voter=coded.indices.to_numpy() if voters else None,
        voters=coded.dictionary if voters else None,
        time_us=table["timestamp"].combine_chunks().cast(pa.int64()).to_numpy() if times else None,
    )


@cache
def honest(seed: int = 1, **crowd: float) -> Ballots:
    """Return a board on which nobody rigs."""
    rng = np.random.default_rng(seed)
    return honest_votes(rng, draw_arena(rng, MODELS), Crowd(voters=1200, **crowd))  # type: ignore[arg-type]


@cache
def rigged(kind: str, accounts: int = 40, votes: int = 100, seed: int = 1, **attack: float) -> Ballots:
    """Return a board that is rigged for the model at place TARGET."""
    rng = np.random.default_rng(seed)
    share = 0.9 if kind == "sockpuppets" else 0.0
    how = Attack(
        kind=kind,
        accounts=accounts,
        votes=votes,
        target=int(attack.pop("target", TARGET)),
        honest_share=attack.pop("honest_share", share),
        **attack,
    )
    return rigged_votes(rng, draw_arena(rng, MODELS), Crowd(voters=1200), how)


def ledger_of(votes: Votes) -> Ledger:
    ledger = open_ledger(votes)
    assert ledger is not None
    return ledger


def judged(ledger: Ledger) -> np.ndarray:
    """Accounts with ten votes or more."""
    return np.asarray(ledger.count >= 10)


def summed(ledger: Ledger) -> tuple[Incidences, Cells, float]:
    """Return the incidences, their cells and the spread of taste."""
    rows = ledger.seen_from_each()
    cells = cells_of(rows, len(ledger.models))
    return rows, cells, taste_spread(rows, cells)


def split(test: AccountTest, votes: Votes, ballots: Ballots) -> tuple[np.ndarray, np.ndarray]:
    """Return the test's log10 e of the rigging accounts and of all others."""
    assert votes.voters is not None
    rigs = np.isin(np.array(votes.voters.to_pylist()), list(ballots.rigging))
    return test.log10_e[rigs], test.log10_e[~rigs]

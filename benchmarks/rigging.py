"""False accusations on honest boards, then power against the published attacks, of rank.find_rigging.

    python benchmarks/rigging.py [--seeds 5] [--crowd llmfao_crowd.csv.gz] [--large]

Honest boards come first, with each innocent look-alike made extreme. `--crowd` adds real votes of crowd
workers (columns left, right, worker, winner in left, right, tie; CC-BY-4.0, Ustalov 2023); without it a line
says that it was left out. `--large` times a million votes.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from revenuer.rank.rigging import RiggingFindings, RiggingOptions, find_rigging, without
from revenuer.rank.rigging.ledger import open_ledger
from revenuer.rank.votes import Votes
from revenuer.records import WINNERS, Outcome
from revenuer.simulate import Attack, Ballots, Crowd, draw_arena, honest_votes, rigged_votes

CROWDS: dict[str, Crowd] = {
    "people": Crowd(),
    "wide taste (0.9 logits, t3)": Crowd(taste_sd=0.9, taste_df=3.0),
    "a community of 20 %, 1 logit": Crowd(community=0.2, community_sd=1.0),
    "release rush of 40 %": Crowd(eager=0.4, eagerness=0.3),
    "release rush of 40 %, fans": Crowd(eager=0.4, eagerness=1.0),
    "30 % click at random": Crowd(clickers=0.3),
    "40 % call much a tie": Crowd(tie_happy=0.4),
    "60 % with three prompts": Crowd(specialists=0.6),
    "side bias of 0.8 logits": Crowd(side_sd=0.8),
    "a few very heavy voters": Crowd(voters=800, median_votes=30.0, volume_sigma=1.6),
}
SIZES = ((10, 50), (25, 100), (50, 30), (50, 50), (50, 100), (200, 30))
MODELS, TARGET = 30, 3
SHARES = {"target-only": 0.0, "omnipresent": 0.0, "sockpuppets": 0.9}


def votes_of(table: pa.Table, *, voters: bool = True, times: bool = True) -> Votes:
    """Return a table of BALLOT_SCHEMA as votes, without voter ids or times where these are not wanted."""
    columns = {name: table[name].combine_chunks() for name in ("model_a", "model_b", "winner", "voter_id")}
    models = pa.array(sorted(set(columns["model_a"].to_pylist()) | set(columns["model_b"].to_pylist())))
    coded = columns["voter_id"].dictionary_encode()
    moment = table["timestamp"].combine_chunks().cast(pa.int64()).to_numpy()

    def places(column: str, among: pa.Array) -> np.ndarray:
        return pc.index_in(columns[column], value_set=among).to_numpy(zero_copy_only=False)

    return Votes(
        models=tuple(models.to_pylist()),
        a=places("model_a", models).astype(np.int32),
        b=places("model_b", models).astype(np.int32),
        outcome=places("winner", pa.array(WINNERS)).astype(np.int8),
        voter=coded.indices.to_numpy() if voters else None,
        voters=coded.dictionary if voters else None,
        time_us=moment if times else None,
    )


def crowd_votes(path: Path) -> Votes:
    """Return the crowd workers' votes; they have no times."""
    table = pcsv.read_csv(path)
    models = pa.array(sorted(set(table["left"].to_pylist()) | set(table["right"].to_pylist())))
    workers = table["worker"].combine_chunks().cast(pa.string()).dictionary_encode()

    def places(column: str, among: pa.Array) -> np.ndarray:
        return pc.index_in(table[column].combine_chunks(), value_set=among).to_numpy(zero_copy_only=False)

    return Votes(
        models=tuple(models.to_pylist()),
        a=places("left", models).astype(np.int32),
        b=places("right", models).astype(np.int32),
        outcome=places("winner", pa.array(["left", "right", "tie"])).astype(np.int8),
        voter=workers.indices.to_numpy(),
        voters=workers.dictionary,
    )


def false_positives(seeds: int, level: float) -> None:
    """Print what is found where nobody rigs."""
    print(f"\nFalse findings on honest boards ({MODELS} models, {seeds} seeds each, level {level:g})")
    print(
        f"{'crowd':32}{'votes':>8}{'judged':>8}{'accused':>9}{'newcomers':>11}{'followers':>11}{'bursts':>8}{'pairs':>7}"
    )
    for name, crowd in CROWDS.items():
        total: Counter[str] = Counter()
        for seed in range(seeds):
            rng = np.random.default_rng([1, seed])
            arena = draw_arena(rng, MODELS, boost=6.0)
            found = find_rigging(votes_of(honest_votes(rng, arena, crowd).table), RiggingOptions(level=level))
            total.update(_counted(found))
        print(
            f"{name:32}{total['votes']:>8}{total['judged']:>8}{total['accused']:>9}"
            f"{total['newcomers']:>11}{total['followers']:>11}{total['bursts']:>8}{total['pairs']:>7}"
        )


def _counted(found: RiggingFindings) -> dict[str, int]:
    return {
        "votes": found.votes,
        "judged": found.judged,
        "accused": len(found.suspects),
        "newcomers": sum(group.kind == "newcomers" for group in found.groups),
        "followers": sum(group.kind == "followers" for group in found.groups),
        "bursts": len(found.bursts),
        "pairs": len(found.pairs),
    }


def power(seeds: int, level: float) -> None:
    """Print the share of rigging accounts found, by attack, size and what the log holds."""
    print(f"\nPower ({MODELS} models, 2000 honest voters, {seeds} seeds each, level {level:g})")
    print(
        f"{'attack':14}{'accounts':>9}{'votes':>7}  {'variant':26}{'found':>7}{'honest accused':>16}"
        f"{'newcomers':>11}{'followers':>11}{'bursts':>8}{'rank: honest > rigged > without':>34}"
    )
    for kind in SHARES:
        for accounts, votes in SIZES:
            _power_line(kind, accounts, votes, "", {}, {}, seeds, level)
        _power_line(kind, 50, 100, "identification 0.7", {"identification": 0.7}, {}, seeds, level)
        _power_line(kind, 50, 100, "half by a script", {"lockstep": 0.5}, {}, seeds, level)
        _power_line(kind, 50, 100, "no times", {}, {"times": False}, seeds, level)
        _power_line(
            kind, 50, 100, "no voter ids, in one day", {"span_days": 1.0}, {"voters": False}, seeds, level
        )


def _power_line(
    kind: str,
    accounts: int,
    votes: int,
    variant: str,
    attack: dict[str, float],
    log: dict[str, bool],
    seeds: int,
    level: float,
) -> None:
    found = false = bursts = newcomers = followers = 0
    ranks = []
    for seed in range(seeds):
        rng = np.random.default_rng([2, seed])
        arena = draw_arena(rng, MODELS)
        how = Attack(
            kind=kind, accounts=accounts, votes=votes, target=TARGET, honest_share=SHARES[kind], **attack
        )
        ballots = rigged_votes(rng, arena, Crowd(), how)
        board = votes_of(ballots.table, **log)
        result = find_rigging(board, RiggingOptions(level=level))
        accused = {suspect.account for suspect in result.suspects}
        found += len(accused & ballots.rigging)
        false += len(accused - ballots.rigging)
        newcomers += any(g.kind == "newcomers" and g.model == ballots.target for g in result.groups)
        followers += any(g.kind == "followers" for g in result.groups)
        bursts += any(burst.model == ballots.target for burst in result.bursts)
        ranks.append(_ranks(ballots, board, result))
    honest, rigged, cleaned = np.mean(ranks, axis=0)
    print(
        f"{kind:14}{accounts:>9}{votes:>7}  {variant:26}{found / accounts / seeds:>7.2f}{false:>16}"
        f"{newcomers:>9}/{seeds}{followers:>9}/{seeds}{bursts:>6}/{seeds}{honest:>18.1f} > {rigged:.1f} > {cleaned:.1f}"
    )


def _ranks(ballots: Ballots, board: Votes, result: RiggingFindings) -> tuple[int, int, int]:
    """Return the target's rank by the honest votes alone, by all, and by all but the suspects'."""
    clean = without(votes_of(ballots.table), ballots.rigging)
    cleaned = board if board.voter is None else without(board, result.suspects)
    return tuple(_rank(votes, ballots.target) for votes in (clean, board, cleaned))  # type: ignore[return-value]


def _rank(votes: Votes, model: str) -> int:
    ledger = open_ledger(votes)
    assert ledger is not None
    return int((ledger.fit.theta > ledger.fit.theta[ledger.models.index(model)]).sum()) + 1


def real_crowd(path: Path | None) -> None:
    """Print what is found among crowd workers, none of whom is known to rig."""
    if path is None or not path.exists():
        print("\nReal crowd workers: left out, no file given with --crowd")
        return
    for least in (5, 10, 30):
        found = find_rigging(crowd_votes(path), RiggingOptions(min_votes=least))
        tests = [check.test for check in found.checks if check.outcome is not Outcome.NOT_EVALUATED]
        print(
            f"\nReal crowd workers, {found.votes} votes, at least {least} each: {found.judged} judged,"
            f" {len(found.suspects)} accused; tests that ran: {', '.join(tests)}"
        )


def large() -> None:
    """Print the time that a million votes take."""
    rng = np.random.default_rng(3)
    arena = draw_arena(rng, 129)
    attack = Attack(kind="omnipresent", accounts=100, votes=100, target=30)
    ballots = rigged_votes(rng, arena, Crowd(voters=50_000, median_votes=10.0), attack)
    board = votes_of(ballots.table)
    begin = time.perf_counter()
    found = find_rigging(board)
    accused = {suspect.account for suspect in found.suspects}
    print(
        f"\n{board.size} votes, 50,000 voters, 129 models: {time.perf_counter() - begin:.1f} s,"
        f" {len(accused & ballots.rigging)} of 100 found, {len(accused - ballots.rigging)} honest accused"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--level", type=float, default=0.01)
    parser.add_argument("--crowd", type=Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    false_positives(options.seeds, options.level)
    real_crowd(options.crowd)
    power(options.seeds, options.level)
    if options.large:
        large()


if __name__ == "__main__":
    main()

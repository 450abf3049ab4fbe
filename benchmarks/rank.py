"""How long does a leaderboard take, from a file of votes to ratings with intervals, and how much memory, beside other packages?

    python benchmarks/rank.py --workdir DIR [--scales 1 10] [--peers arena-rank evalica choix choix-dense] [--json FILE]

Files of votes are made under DIR once and used again: Parquet with string labels, 100 models, Bradley-Terry truth, 20 % ties, a
million voters. Each figure is taken in a process of its own, all from the same file; seconds run from the open of the file to
the ratings, imports apart. What a package compiles it compiles within its seconds; ours keeps it between runs, so one small run
that is not counted goes first. What stands beside what:

    revenuer            reads the file, Bradley-Terry, ties half a win each, sandwich intervals
    revenuer voters     the same with each vote's voter read, intervals clustered by voter
    revenuer bootstrap  100 rounds, after the file was read
    arena-rank          the same model with its sandwich intervals
    evalica             the same model, ratings alone
    choix               I-LSR on the decisive votes, ratings alone; `choix-dense` on their counts by pair

`from ours` is the largest difference in Elo points between a package's ratings and the first line's, both centred: that of choix
is no error, since it leaves ties out.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODELS = 100
VOTERS = 1_000_000
TIES = 0.2
SPREAD_LOGITS = 0.8
BOOTSTRAP_ROUNDS = 100
MILLION = 1_000_000
SEED = 1
OURS = ("revenuer", "revenuer voters", "revenuer bootstrap")
PEERS = {"arena-rank": "arena_rank", "evalica": "evalica", "choix": "choix", "choix-dense": "choix"}
"""Package -> the module it installs."""
COLUMNS = ["model_a", "model_b", "winner"]
ELO_PER_LOGIT = 400 / math.log(10)

Ratings = dict[str, float]
Figures = dict[str, Any]


def main() -> None:
    options = parse()
    if options.child:
        print(json.dumps(run_child(options.child, options.votes)))
    else:
        run(options)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workdir", type=Path, required=True, help="where the votes go")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0, 10.0], help="1 is a million votes")
    parser.add_argument(
        "--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="packages beside ours"
    )
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds after which a run is given up")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--child", choices=[*OURS, *PEERS], help=argparse.SUPPRESS)
    parser.add_argument("--votes", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    options.workdir.mkdir(parents=True, exist_ok=True)
    installed = [name for name in options.peers if find_spec(PEERS[name])]
    for name in options.peers:
        if name not in installed:
            print(f"{name} is not installed and was left out: pip install '.[bench]'")
    for name in OURS:
        child(options, name, votes_file(options.workdir, 0.01))
    rows = []
    for scale in sorted(options.scales):
        votes = votes_file(options.workdir, scale)
        found = [child(options, name, votes) for name in (*OURS, *installed)]
        rows += [{"scale": scale, **row, "from_ours": difference(row, found[0])} for row in found]
    print(table(rows))
    if options.json:
        figures = [{key: value for key, value in row.items() if key != "ratings"} for row in rows]
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def votes_file(workdir: Path, scale: float) -> Path:
    """Return the file of so many million votes, making it if it is not there."""
    path = workdir / f"votes-{scale:g}.parquet"
    if not path.exists():
        say(f"making {path.name}")
        unfinished = path.with_suffix(".unfinished")
        make_votes(unfinished, round(scale * MILLION))
        unfinished.rename(path)
    return path


def make_votes(path: Path, size: int) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    strength = rng.normal(0, SPREAD_LOGITS, MODELS)
    schema = pa.schema([(name, pa.string()) for name in (*COLUMNS, "voter_id")])
    names = pa.array([f"organisation/model-{code:03d}-instruct" for code in range(MODELS)])
    labels = pa.array(["model_a", "model_b", "tie"])
    with pq.ParquetWriter(path, schema) as writer:
        for low in range(0, size, MILLION):
            rows = min(MILLION, size - low)
            a = rng.integers(0, MODELS, rows)
            b = (a + rng.integers(1, MODELS, rows)) % MODELS
            lost = rng.random(rows) >= 1 / (1 + np.exp(strength[b] - strength[a]))
            winner = np.where(rng.random(rows) < TIES, 2, lost)
            voters = pa.array(rng.integers(0, VOTERS, rows))
            voter = pa.compute.binary_join_element_wise("user", voters.cast(pa.string()), "_")
            columns = [names.take(pa.array(a)), names.take(pa.array(b)), labels.take(pa.array(winner)), voter]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def child(options: argparse.Namespace, what: str, votes: Path) -> Figures:
    """Return the figures of one run in a process of its own, or why there are none."""
    say(f"{votes.name}: {what}")
    command = [
        sys.executable,
        __file__,
        "--workdir",
        str(options.workdir),
        "--child",
        what,
        "--votes",
        str(votes),
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=options.limit)
    except subprocess.TimeoutExpired:
        return {"what": what, "failed": f"not done after {options.limit:g} s"}
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines()
        return {
            "what": what,
            "failed": f"exit {error.returncode}: {lines[-1][:80] if lines else 'no message'}",
        }
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def run_child(what: str, votes: Path) -> Figures:
    started = time.perf_counter()
    prepared = PREPARE[what](votes)
    wall, cpu = time.perf_counter(), time.process_time()
    ratings, read_s = prepared()
    return {
        "what": what,
        "import_s": wall - started,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "read_s": read_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 << 20 if sys.platform == "darwin" else 1 << 10),
        "ratings": ratings,
    }


Run = Callable[[], tuple[Ratings, float | None]]
"""Does the work; returns ratings in Elo points, and the seconds of it that reading took, where that can be told."""


def ours(votes: Path) -> Run:
    return _ours(votes, ids=False)


def ours_with_voters(votes: Path) -> Run:
    return _ours(votes, ids=True, cluster=("voter",))


def _ours(votes: Path, *, ids: bool, **chosen: Any) -> Run:
    import revenuer.cli  # noqa: F401  (one BLAS thread, as in the program)
    from revenuer.rank import FitOptions, fit_board, read_votes

    def work() -> tuple[Ratings, float | None]:
        started = time.perf_counter()
        read = read_votes(votes, ids=ids)
        read_s = time.perf_counter() - started
        return ratings_of(fit_board(read, FitOptions(**chosen))), read_s

    return work


def ours_bootstrap(votes: Path) -> Run:
    import revenuer.cli  # noqa: F401  (one BLAS thread, as in the program)
    from revenuer.rank import FitOptions, fit_board, read_votes

    read = read_votes(votes, ids=False)
    return lambda: (ratings_of(fit_board(read, FitOptions(bootstrap=BOOTSTRAP_ROUNDS))), None)


def ratings_of(board: Any) -> Ratings:
    return {rating.model: rating.rating for rating in board.ratings}


def arena_rank(votes: Path) -> Run:
    import pandas as pd
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    def work() -> tuple[Ratings, float | None]:
        started = time.perf_counter()
        frame = pd.read_parquet(votes, columns=COLUMNS)
        read_s = time.perf_counter() - started
        dataset = PairDataset.from_pandas(frame)
        found = BradleyTerry(n_competitors=len(dataset.competitors)).compute_ratings_and_cis(dataset)
        return dict(zip(found["competitors"], map(float, found["ratings"]), strict=True)), read_s

    return work


def evalica(votes: Path) -> Run:
    import evalica
    import pandas as pd

    winners = {"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y, "tie": evalica.Winner.Draw}

    def work() -> tuple[Ratings, float | None]:
        started = time.perf_counter()
        frame = pd.read_parquet(votes, columns=COLUMNS)
        read_s = time.perf_counter() - started
        found = evalica.bradley_terry(
            frame["model_a"].tolist(), frame["model_b"].tolist(), frame["winner"].map(winners).tolist()
        )
        return {model: ELO_PER_LOGIT * math.log(score) for model, score in found.scores.items()}, read_s

    return work


def choix_pairs(votes: Path) -> Run:
    import choix

    def work() -> tuple[Ratings, float | None]:
        started = time.perf_counter()
        names, won, lost = decisive(votes)
        read_s = time.perf_counter() - started
        strengths = choix.ilsr_pairwise(len(names), list(zip(won.tolist(), lost.tolist(), strict=True)))
        return {name: ELO_PER_LOGIT * float(one) for name, one in zip(names, strengths, strict=True)}, read_s

    return work


def choix_dense(votes: Path) -> Run:
    import choix
    import numpy as np

    def work() -> tuple[Ratings, float | None]:
        started = time.perf_counter()
        names, won, lost = decisive(votes)
        read_s = time.perf_counter() - started
        size = len(names)
        wins = np.bincount(won * size + lost, minlength=size * size).reshape(size, size).astype(float)
        strengths = choix.ilsr_pairwise_dense(wins)
        return {name: ELO_PER_LOGIT * float(one) for name, one in zip(names, strengths, strict=True)}, read_s

    return work


def decisive(votes: Path) -> tuple[list[str], Any, Any]:
    """Return the models and the codes of who won and who lost each vote that is no tie: what choix wants to be given."""
    import pandas as pd

    frame = pd.read_parquet(votes, columns=COLUMNS)
    frame = frame[frame["winner"] != "tie"]
    codes, names = pd.factorize(pd.concat([frame["model_a"], frame["model_b"]]))
    a, b = codes[: len(frame)], codes[len(frame) :]
    first = (frame["winner"] == "model_a").to_numpy()
    return list(names), first * a + ~first * b, first * b + ~first * a


PREPARE: dict[str, Callable[[Path], Run]] = {
    "revenuer": ours,
    "revenuer voters": ours_with_voters,
    "revenuer bootstrap": ours_bootstrap,
    "arena-rank": arena_rank,
    "evalica": evalica,
    "choix": choix_pairs,
    "choix-dense": choix_dense,
}
"""Imports what a run needs, and returns the run."""


def difference(row: Figures, reference: Figures) -> float | None:
    """Return the largest difference of centred ratings, Elo points; None where one run failed."""
    if "failed" in row or "failed" in reference:
        return None
    one, other = row["ratings"], reference["ratings"]
    shift = sum(one[model] - other[model] for model in other) / len(other)
    return max(abs(one[model] - other[model] - shift) for model in other)


def table(rows: list[Figures]) -> str:
    """Return the figures as text."""
    head = f"{'votes':>12} {'what':<19} {'seconds':>8} {'CPU s':>8} {'reading s':>9} {'peak MB':>8} {'import s':>8} {'from ours':>9}"
    lines = [head]
    for row in rows:
        start = f"{round(row['scale'] * MILLION):>12,} {row['what']:<19} "
        if "failed" in row:
            lines.append(f"{start}{row['failed']}")
            continue
        reading = "-" if row["read_s"] is None else f"{row['read_s']:.2f}"
        apart = "-" if row["from_ours"] is None else f"{row['from_ours']:.3f}"
        lines.append(
            f"{start}{row['wall_s']:>8.2f} {row['cpu_s']:>8.2f} {reading:>9} {row['peak_mb']:>8,.0f} {row['import_s']:>8.2f} {apart:>9}"
        )
    return "\n".join(lines)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

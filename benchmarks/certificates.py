"""How tight are certificates on real boards, and what do they cost?

    python benchmarks/certificates.py --votes FOLDER

FOLDER holds chatbot_arena_2024_08_counts.json, and, if they are to be looked at too, tennis/ with the ATP's matches and rankings and
alpaca_eval_gpt4_turbo_prefs.csv.gz. For each K: lower and upper bound by kind of action, their greatest ratio, and seconds after
loading. Of the judge's preferences: who comes first, and how far its wins follow the prompts as the others' do.
"""

import argparse
import csv
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import revenuer.cli  # noqa: F401  (one BLAS thread, as in the program)

import numpy as np  # isort: skip

from revenuer.rank import CertifyOptions, FitOptions, Votes, certify, fit_board, read_votes

TOPS = (1, 3, 5, 10, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--votes", type=Path, required=True, help="folder with the boards")
    folder = parser.parse_args().votes
    counts, tennis = folder / "chatbot_arena_2024_08_counts.json", folder / "tennis"
    judge = folder / "alpaca_eval_gpt4_turbo_prefs.csv.gz"
    if counts.exists():
        certified("Arena, August 2024", read_votes(counts))
    else:
        print(f"{counts} is not there: left out")
    if tennis.exists():
        certified("ATP, ten best of 2024-12-30", ten_best(tennis))
    else:
        print(f"{tennis} is not there: left out")
    crowd, scores = folder / "llmfao_crowd.csv.gz", folder / "llmfao_golden_scores.csv"
    if crowd.exists() and scores.exists():
        beside_reference(crowd, scores)
    else:
        print(f"{crowd} and {scores} are not there: left out")
    if judge.exists():
        judged(judge)
    else:
        print(f"{judge} is not there: left out")


def certified(name: str, votes: Votes) -> None:
    print(f"\n{name}: {votes.size:,} votes, {len(votes.models)} models")
    certify(votes, CertifyOptions(k=1))  # what is compiled or loaded once is not counted
    for k in (k for k in TOPS if k < len(votes.models)):
        started = time.perf_counter()
        found = certify(votes, CertifyOptions(k=k))
        seconds = time.perf_counter() - started
        of_set = found.answers[0]
        bounds = "  ".join(f"{b.action} {b.lower_bound}-{b.upper_bound}" for b in of_set.by_action)
        ratios = [b.upper_bound / b.lower_bound for b in of_set.by_action if b.upper_bound]
        order = found.answers[1]
        print(
            f"  K={k:<3} {bounds:<44} ratio {max(ratios):.2f}  {seconds:5.2f} s  {of_set.pair[1]} > {of_set.pair[0]} ({of_set.cause}); "
            f"order {order.lower_bound}-{order.upper_bound}",
            flush=True,
        )


def ten_best(folder: Path) -> Votes:
    """Return the matches among the ten best of the last ranking."""
    ranking = list(rows(folder / "atp_rankings_current.csv.gz"))
    last = max(row["ranking_date"] for row in ranking)
    best = sorted(row["player"] for row in ranking if row["ranking_date"] == last and int(row["rank"]) <= 10)
    matches = [
        row
        for path in sorted(folder.glob("atp_matches_*.csv.gz"))
        for row in rows(path)
        if row["winner_id"] in best and row["loser_id"] in best
    ]
    names = {row[f"{side}_id"]: row[f"{side}_name"] for row in matches for side in ("winner", "loser")}
    return Votes(
        models=tuple(names[player] for player in best),
        a=np.array([best.index(row["winner_id"]) for row in matches], np.int32),
        b=np.array([best.index(row["loser_id"]) for row in matches], np.int32),
        outcome=np.zeros(len(matches), np.int8),
        source=str(folder),
    )


def beside_reference(crowd: Path, scores: Path) -> None:
    """Print the largest difference between our Bradley-Terry strengths, which sum to one, and the reference's."""
    table = list(rows(crowd))
    models = sorted({row[side] for row in table for side in ("left", "right")})
    votes = Votes(
        models=tuple(models),
        a=np.array([models.index(row["left"]) for row in table], np.int32),
        b=np.array([models.index(row["right"]) for row in table], np.int32),
        outcome=np.array([("left", "right", "tie").index(row["winner"]) for row in table], np.int8),
        source=str(crowd),
    )
    strength = {r.model: 10 ** ((r.rating - 1000) / 400) for r in fit_board(votes, FitOptions()).ratings}
    total = sum(strength.values())
    with open(scores, encoding="utf-8") as text:
        reference = {
            row["item"]: float(row["score"])
            for row in csv.DictReader(text)
            if row["algorithm"] == "bradley_terry"
        }
    off = max(abs(strength[model] / total - score) for model, score in reference.items())
    print(
        f"\nLLMFAO: {len(reference)} Bradley-Terry strengths, largest difference to the reference {off:.1e}"
    )


def judged(path: Path) -> None:
    """Print the first models by the judge's preference, the correlation of each with all others over the prompts, and its spread."""
    table = [row for row in rows(path) if row["preference"]]
    models = sorted({row["model"] for row in table})
    prompts = sorted({row["instruction_idx"] for row in table})
    place = {name: i for i, name in enumerate(models)}, {name: i for i, name in enumerate(prompts)}
    won = np.full((len(models), len(prompts)), np.nan)
    for row in table:
        won[place[0][row["model"]], place[1][row["instruction_idx"]]] = float(row["preference"]) - 1
    share = np.nanmean(won, axis=1)
    print(f"\njudge's preferences against one baseline: {len(models)} models, {len(prompts)} prompts")
    for i in np.argsort(-share)[:8]:
        known = ~np.isnan(won[i])
        others = np.nanmean(np.delete(won, i, axis=0), axis=0)
        moves = np.nanstd(won[i]) > 0
        follows = np.corrcoef(won[i][known], others[known])[0, 1] if moves else np.nan
        print(
            f"  {models[i]:<34} wins {share[i]:.3f}  follows the prompts {follows:5.2f}  spread {np.nanstd(won[i]):.2f}"
        )


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as text:
        yield from csv.DictReader(text)


if __name__ == "__main__":
    main()

"""Do intervals and rank sets hold the truth as often as they say?

    python benchmarks/rank_coverage.py [--rounds 1000]

Boards of models with known strengths are drawn again and again: 10 thousand, 1 million and 3 million votes, ties one in five, one model
with 50 votes. A tie takes as much from either side, so that the expected score is the Bradley-Terry chance and the truth is known.
Then voters who cast 50 votes each that hang together: a voter's own liking of each model makes up most of what chance there is in a
vote, and every single vote still has the Bradley-Terry chance.
"""

import argparse
import time

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from revenuer.rank import FitOptions, Votes, fit_board
from revenuer.rank.covariance import few_votes, sandwich_of_pairs
from revenuer.rank.leaderboard import ELO_PER_LOGIT
from revenuer.rank.newton import Pairs, fit_pairs
from revenuer.stats.rank_sets import rank_sets

MODELS = 30
SPREAD_ELO = 150
FEW_VOTES = 50
TIES = 0.2
LEVEL = 0.95
TASTE = 0.8
"""Share of the noise of a vote that is the voter's taste."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1000)
    options = parser.parse_args()
    print(f"{'board':<34}{'ratings':>9}{'50 votes':>10}{'half-width':>12}{'rank sets':>11}{'s':>7}")
    for votes in (10_000, 1_000_000, 3_000_000):
        independent(votes, options.rounds)
    clustered(options.rounds // 4)


def independent(votes: int, rounds: int) -> None:
    rng = np.random.default_rng(votes)
    started = time.perf_counter()
    theta = rng.normal(0, SPREAD_ELO / ELO_PER_LOGIT, MODELS)
    theta -= theta.mean()
    first, second = np.triu_indices(MODELS, 1)
    rare = (first == 0).astype(float)
    share = np.where(rare > 0, FEW_VOTES / rare.sum(), (votes - FEW_VOTES) / (len(first) - rare.sum()))
    p = expit(theta[first] - theta[second])
    tie = TIES * 4 * p * (1 - p)
    chances = np.column_stack([p - tie / 2, 1 - p - tie / 2, tie])
    inside, sets, width = np.zeros((rounds, MODELS), bool), np.zeros(rounds, bool), np.zeros(rounds)
    true_rank = 1 + (theta[None, :] > theta[:, None]).sum(axis=1)
    for i in range(rounds):
        games = rng.multinomial(FEW_VOTES, rare / rare.sum()) + np.where(rare > 0, 0, np.round(share)).astype(
            int
        )
        kept = games > 0
        counts = rng.multinomial(games[kept], chances[kept]).astype(float)
        pairs = Pairs(size=MODELS, first=first[kept], second=second[kept], counts=counts)
        fit = fit_pairs(pairs, "half")
        covariance = sandwich_of_pairs(fit, pairs, counts, "half") + few_votes(fit.bread, pairs)
        half = norm.ppf((1 + LEVEL) / 2) * np.sqrt(np.diag(covariance))
        inside[i] = np.abs(fit.theta - theta) <= half
        width[i] = half[0] * ELO_PER_LOGIT
        low, high = rank_sets(fit.theta, covariance, LEVEL, rng)
        sets[i] = ((low <= true_rank) & (true_rank <= high)).all()
    line(f"{votes:,} votes, independent", inside, inside[:, 0], width, sets, started)


def clustered(rounds: int, voters: int = 400, each: int = 50) -> None:
    rng = np.random.default_rng(7)
    for cluster in ((), ("voter",)):
        started = time.perf_counter()
        theta = rng.normal(0, SPREAD_ELO / ELO_PER_LOGIT, MODELS)
        theta -= theta.mean()
        true_rank = 1 + (theta[None, :] > theta[:, None]).sum(axis=1)
        inside, sets = np.zeros((rounds, MODELS), bool), np.zeros(rounds, bool)
        for i in range(rounds):
            board = fit_board(dependent_votes(theta, voters, each, rng), FitOptions(cluster=cluster, seed=i))
            found = {r.model: r for r in board.ratings}
            for m in range(MODELS):
                rating = found[f"m{m:02d}"]
                truth = 1000 + theta[m] * ELO_PER_LOGIT
                inside[i, m] = rating.low <= truth <= rating.high
            sets[i] = all(
                found[f"m{m:02d}"].rank_low <= true_rank[m] <= found[f"m{m:02d}"].rank_high
                for m in range(MODELS)
            )
        name = f"{voters} voters x {each}, " + ("clustered" if cluster else "taken as independent")
        line(name, inside, None, None, sets, started)


def dependent_votes(theta: np.ndarray, voters: int, each: int, rng: np.random.Generator) -> Votes:
    """Votes whose chance is Bradley-Terry's, and whose noise a voter's taste makes alike where a model comes again."""
    number = voters * each
    voter = np.repeat(np.arange(voters, dtype=np.int32), each)
    a = rng.integers(0, MODELS, number)
    b = (a + rng.integers(1, MODELS, number)) % MODELS
    taste = rng.standard_normal((voters, MODELS))
    shared = (taste[voter, b] - taste[voter, a]) / np.sqrt(2)
    noise = np.sqrt(TASTE) * shared + np.sqrt(1 - TASTE) * rng.standard_normal(number)
    won = norm.cdf(noise) < expit(theta[a] - theta[b])
    return Votes(
        models=tuple(f"m{m:02d}" for m in range(MODELS)),
        a=a.astype(np.int32),
        b=b.astype(np.int32),
        outcome=np.where(won, 0, 1).astype(np.int8),
        voter=voter,
        source="simulated",
    )


def line(
    name: str,
    inside: np.ndarray,
    few: np.ndarray | None,
    width: np.ndarray | None,
    sets: np.ndarray,
    started: float,
) -> None:
    few_text = "-" if few is None else f"{few.mean():.3f}"
    width_text = "-" if width is None else f"{width.mean():.1f}"
    print(
        f"{name:<34}{inside.mean():>9.3f}{few_text:>10}{width_text:>12}{sets.mean():>11.3f}{time.perf_counter() - started:>7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()

"""Draws of the strengths over boards that might have come: votes, or whole voters or prompts, drawn again with replacement.

Source: Efron, Ann. Stat. 7 (1979); clusters as in Davison and Hinkley, Bootstrap Methods (1997), section 3.8. Without clusters the
counts of the pairs are drawn, which is the same and does not depend on the number of votes.
"""

from collections.abc import Callable

import numpy as np

from revenuer.rank.coding import coded_pairs
from revenuer.rank.components import find_components
from revenuer.rank.covariance import numbered
from revenuer.rank.leaderboard import FitOptions
from revenuer.rank.newton import Fit, fit_pairs
from revenuer.rank.votes import Tally, Votes, cell_of
from revenuer.records import InputError, UsageError

Drawer = Callable[[np.random.Generator], np.ndarray]

MIN_USABLE = 0.9
"""Least share of rounds whose board still hangs together; with less, percentiles would be of the lucky boards only."""


def bootstrap_draws(
    votes: Votes,
    members: np.ndarray,
    table: Tally,
    fit: Fit,
    options: FitOptions,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return strengths (rounds, M) of `members`, natural logits that sum to zero. `table` is theirs, `fit` its fit.

    Rounds in which some model lost every tie to the rest are left out; raises InputError if they are more than one in ten.
    """
    draw = _cluster_drawer(votes, members, table, options) if options.cluster else _count_drawer(votes, table)
    found = []
    for _ in range(options.bootstrap):
        pairs = coded_pairs(table.with_counts(draw(rng)), options.ties, options.both_bad)
        if find_components(pairs).number == 1:
            found.append(fit_pairs(pairs, options.ties, fit.theta, fit.parameter).theta)
    if len(found) < max(2, MIN_USABLE * options.bootstrap):
        raise InputError(
            f"{votes.source}: {options.bootstrap - len(found)} of {options.bootstrap} bootstrap boards have models without a loss or a win; "
            "the votes are too few for a bootstrap: leave it out"
        )
    return np.array(found)


def _count_drawer(votes: Votes, table: Tally) -> Drawer:
    """Return a function that draws counts (E, 4) as votes drawn one by one would give them."""
    if votes.weight is not None:
        raise UsageError("votes with weights are drawn again by --cluster voter or prompt only")
    number = int(table.counts.sum())
    share = table.counts.ravel() / number
    return lambda rng: rng.multinomial(number, share).reshape(-1, 4).astype(float)


def _cluster_drawer(votes: Votes, members: np.ndarray, table: Tally, options: FitOptions) -> Drawer:
    """Return a function that draws the first kind of cluster again, whole."""
    place = np.full(len(votes.models), -1)
    place[members] = np.arange(len(members))
    inside = np.flatnonzero((place[votes.a] >= 0) & (place[votes.b] >= 0))
    size = len(members)
    cell = cell_of(place[votes.a[inside]], place[votes.b[inside]], votes.outcome[inside], size)
    of_pair = np.full(size * size, -1)
    of_pair[table.first * size + table.second] = np.arange(len(table.first))
    cell = of_pair[cell // 4] * 4 + cell % 4
    cluster = np.unique(numbered(getattr(votes, options.cluster[0])[inside]), return_inverse=True)[1]
    number = int(cluster.max()) + 1
    weight = 1.0 if votes.weight is None else votes.weight[inside]

    def draw(rng: np.random.Generator) -> np.ndarray:
        times = np.bincount(rng.integers(0, number, number), minlength=number)[cluster] * weight
        return np.bincount(cell, times, table.counts.size).reshape(-1, 4)

    return draw

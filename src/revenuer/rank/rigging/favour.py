"""One account's votes for one model: more devoted to it than tastes on this board are.

For each account and model the chance of as many points is taken over a normal taste of the spread that the
board's voters show. How far to trust that law is read from the accounts that are as hard on a model as others
are devoted to it: their side of the distribution is the null for the other (the mirror of Barber and Candes,
Annals of Statistics 43, 2015), its tail carried on.

Assumptions: honest accounts are not further above the board for a model than others are below it. Not
controlled: one community's love for one model, which no vote can tell from rigging; riggers who sink a model,
who only make the null wider.
"""

import numpy as np
from scipy import stats

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.cells import Cells, strongest
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Incidences, Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.tail import LEAST, tail_p_values

NAME = "favour"
NULL = (
    "honest accounts are devoted to a model no more often, and no more deeply, than they are set against one"
)
LEAST_BATTLES = 5
FOND = float(np.log(3.0))
"""Logits: odds of three to one beyond the board are always taken for taste, however few have it: a choice on
the innocent side, so that a community's shared love for a model, which the mirror does not show, accuses
nobody."""
LOOK_ALIKE = "somebody who likes this model's manner: accounts as hard on a model were counted against this"
_NODES = np.linspace(-8, 8, 65)


def favour(ledger: Ledger, judged: np.ndarray, rows: Incidences, cells: Cells, spread: float) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks; `spread` is the standard deviation of taste
    in logits."""
    battles = cells.sum(np.ones(len(rows.model)))
    used = np.flatnonzero((battles >= LEAST_BATTLES) & judged[cells.voter])
    if len(used) < LEAST:
        return skipped(
            NAME, NULL, ledger.voters, f"fewer than {LEAST} accounts met a model {LEAST_BATTLES} times"
        )
    n, points = battles[used], cells.sum(rows.score)[used]
    expected = cells.sum(rows.expected)[used] / n
    up, down = devotion(n, points, expected, spread), devotion(n, n - points, 1 - expected, spread)
    evidence = np.zeros(len(battles))
    by_mirror = tail_p_values(up, down)
    fond = 1 / (1 + np.exp(-(np.log(expected) - np.log1p(-expected) + FOND)))
    by_taste = stats.binom.sf(np.floor(points) - 1, n, fond)
    evidence[used] = log10_e_from_p_power(np.maximum(by_mirror, by_taste))
    # Models that an account did not meet often enough have an e-value of 1.
    gain = np.bincount(cells.voter[used], 10.0 ** evidence[used] - 1, ledger.voters)
    log10_e = np.where(judged, np.log10(1 + gain / len(ledger.models)), 0.0)
    best = strongest(cells, evidence, ledger.voters)

    def reason(code: int) -> Reason:
        row = best[code]
        place = int(np.searchsorted(used, row))
        model = ledger.models[cells.model[row]]
        words = f"{points[place]:g} of {n[place]:.0f} points to {model}, {expected[place] * n[place]:.1f} expected"
        return Reason(
            test=NAME, words=words, look_alike=LOOK_ALIKE, model=model, log10_e=float(log10_e[code])
        )

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=int(judged.sum()), reason=reason)


def devotion(n: np.ndarray, points: np.ndarray, expected: np.ndarray, spread: float) -> np.ndarray:
    """Return the normal quantile of the chance of at least `points` (k,) of `n` (k,) battles, over a normal
    taste of `spread` logits around `expected` (k,) a battle. Half points are rounded down, which is the
    innocent way."""
    log_odds = np.log(expected) - np.log1p(-expected)
    weight = stats.norm.pdf(_NODES)
    weight /= weight.sum()
    tail = np.zeros(len(n))
    for node, share in zip(_NODES, weight, strict=True):
        p = 1 / (1 + np.exp(-(log_odds + spread * node)))
        tail += share * stats.binom.sf(np.floor(points) - 1, n, p)
    quantile: np.ndarray = -stats.norm.ppf(np.clip(tail, 1e-300, 1 - 1e-12))
    return quantile

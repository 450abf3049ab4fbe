"""Without voter ids: pairs of models whose votes the rest of the board does not explain.

A pair's excess over the board is studentised by what the pair itself adds to the fit, and set against the
bulk of all pairs of the board: two models may be each other's nemesis on every board, so the spread between
pairs is read from the board and not from theory (an empirical null; Efron, JASA 99, 2004), its tail taken to
be exponential.

Assumptions: nine pairs in ten are honest, and their deviations have no heavier tail than exponential. Not
controlled: prompts on which one model of a pair refuses; rigging that is spread evenly over all pairs of the
target moves its rating and no pair.
"""

import numpy as np
from scipy.special import expit

from revenuer.rank.rigging.findings import PairOutOfLine
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.false_discovery import e_bh
from revenuer.stats.tail import LEAST, bulk_p_values

NAME = "pairs_out_of_line"
NULL = "nine pairs in ten are honest, and the spread of their deviations has an exponential tail at most"
LEAST_VOTES = 20
LOOK_ALIKE = "two models of which one has the other's weakness: the board's own spread was taken into account"


def find_pairs_out_of_line(ledger: Ledger, level: float) -> tuple[tuple[PairOutOfLine, ...], int, str]:
    """Return the pairs that pass at `level`, how many were tested, and why none could be."""
    pairs, fit = ledger.pairs, ledger.fit
    number = pairs.counts.sum(axis=1)
    used = np.flatnonzero(number >= LEAST_VOTES)
    if len(used) < LEAST:
        return (), 0, f"fewer than {LEAST} pairs with {LEAST_VOTES} votes"
    i, j, n = pairs.first[used], pairs.second[used], number[used]
    share = (pairs.counts[used, 0] + pairs.counts[used, 2] / 2) / n
    p = expit(fit.theta[i] - fit.theta[j])
    information = n * p * (1 - p)
    bread = fit.bread[: pairs.size, : pairs.size]
    leverage = np.minimum(information * (bread[i, i] + bread[j, j] - 2 * bread[i, j]), 0.99)
    # To first order, leaving the pair out moves the difference by leverage / (1 - leverage) of the unexplained.
    gap = n * (share - p) / information
    left_out = expit(fit.theta[i] - fit.theta[j] - gap * leverage / (1 - leverage))
    deviation = np.abs(n * (share - p)) / np.sqrt(information * (1 - leverage))
    evidence = log10_e_from_p_power(bulk_p_values(deviation))
    found = np.flatnonzero(e_bh(evidence, level).rejected)
    found = found[np.argsort(-evidence[found], kind="stable")]
    return (
        tuple(
            _named(
                ledger,
                i[row],
                j[row],
                int(n[row]),
                float(share[row]),
                float(left_out[row]),
                float(evidence[row]),
            )
            for row in found
        ),
        len(used),
        "",
    )


def _named(
    ledger: Ledger, i: int, j: int, n: int, share: float, expected: float, log10_e: float
) -> PairOutOfLine:
    """Return the pair from the side of the model that won more than expected."""
    turned = share < expected
    return PairOutOfLine(
        model=ledger.models[j if turned else i],
        other=ledger.models[i if turned else j],
        votes=n,
        share=1 - share if turned else share,
        expected=1 - expected if turned else expected,
        log10_e=log10_e,
        look_alike=LOOK_ALIKE,
    )

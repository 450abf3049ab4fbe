"""One account's battles: one model in far more of them than the arena dealt at that time.

Who votes only where a known model answers, and leaves the other battles, is seen by what is missing. The
e-value is the likelihood ratio of an account that seeks a model against one that is dealt it as often as the
others who voted at the same time, with room to spare; at most 1 on average for an honest account, in whatever
order battles came.

Assumptions: battles are dealt alike to all who vote at a time; skipping makes no model more than MARGIN times
as frequent. Where so many accounts stand out that this cannot be, the test says so and accuses nobody. Not
controlled: an arena that lets voters choose.
"""

import numpy as np

from revenuer.rank.rigging.account_test import AccountTest, null_is_broken, skipped
from revenuer.rank.rigging.cells import Cells, strongest
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Incidences, Ledger

NAME = "attention"
NULL = "battles are dealt alike to everybody who votes at the same time"
SEEKING = np.array([0.1, 0.3, 0.6, 0.9])
"""Shares of an account's votes that seek the model; the e-values of all are averaged."""
MARGIN, SPARE = 1.5, 0.02
BLOCK = 500
"""Votes, consecutive in time, that show what is dealt then."""
LOOK_ALIKE = (
    "a release: the model is dealt more often in those days, to everybody, and that was taken into account"
)


def attention(ledger: Ledger, judged: np.ndarray, rows: Incidences, cells: Cells) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks."""
    if ledger.time_us is None:
        return skipped(
            NAME, NULL, ledger.voters, "votes have no times: who came when a model was new cannot be told"
        )
    if len(ledger.a) < 2 * BLOCK:
        return skipped(NAME, NULL, ledger.voters, f"fewer than {2 * BLOCK} votes")
    dealt = dealt_share(ledger, rows)
    best_log = np.zeros((len(SEEKING), len(cells.voter)))
    for row, seeking in enumerate(SEEKING):
        gain = np.log(1 - seeking + seeking / dealt) - np.log(1 - seeking)
        best_log[row] = cells.sum(gain) + ledger.count[cells.voter] * np.log(1 - seeking)
    e = np.exp(np.minimum(best_log, 600.0)).mean(axis=0)
    total = np.bincount(cells.voter, e, ledger.voters) / len(ledger.models)
    # Models that an account never met would add a little: leaving them out is the innocent way.
    log10_e = np.where(judged, np.log10(np.maximum(total, 1e-300)), 0.0)
    best = strongest(cells, e, ledger.voters)
    if null_is_broken(log10_e[judged], cells.model[best[judged]]):
        return skipped(NAME, NULL, ledger.voters, "battles are not dealt alike to all accounts here")
    met, fair = cells.sum(np.ones(len(rows.model))), cells.sum(dealt)

    def reason(code: int) -> Reason:
        row = best[code]
        model = ledger.models[cells.model[row]]
        n = ledger.count[code]
        share = max(fair[row] / met[row] - SPARE, 0.0) / MARGIN
        words = (
            f"{model} in {met[row]:.0f} of {n} battles; others were dealt it in {share:.1%} at those times"
        )
        return Reason(
            test=NAME, words=words, look_alike=LOOK_ALIKE, model=model, log10_e=float(log10_e[code])
        )

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=int(judged.sum()), reason=reason)


def dealt_share(ledger: Ledger, rows: Incidences) -> np.ndarray:
    """Return (2n,) the most often that the incidence's model may be dealt at its time, from the other voters'
    battles of its block."""
    assert ledger.time_us is not None
    block = np.empty(len(ledger.a), np.int64)
    block[np.argsort(ledger.time_us, kind="stable")] = (
        np.arange(len(ledger.a)) * (len(ledger.a) // BLOCK) // len(ledger.a)
    )
    blocks = int(block.max()) + 1
    size = np.bincount(block, minlength=blocks)
    of_block = block[rows.vote]
    cell = of_block * len(ledger.models) + rows.model
    met = np.bincount(cell, minlength=blocks * len(ledger.models))
    who = np.maximum(rows.voter, 0)
    own = _occurrences(of_block * max(ledger.voters, 1) + who) / 2
    own_met = _occurrences(cell * max(ledger.voters, 1) + who)
    others = np.maximum(size[of_block] - own, 1.0)
    share = (met[cell] - own_met + 0.5) / (others + 1.0)
    most: np.ndarray = np.minimum(MARGIN * share + SPARE, 1.0)
    return most


def _occurrences(code: np.ndarray) -> np.ndarray:
    """Return for each element how many are equal to it."""
    _, index, count = np.unique(code, return_inverse=True, return_counts=True)
    return np.asarray(count[index], np.float64)

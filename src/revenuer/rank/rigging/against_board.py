"""Single accounts by likelihood: votes that go against the board of the others more often than a coin's
would.

Fitting the board badly is no offence: people differ in taste and care, and some click at random. So an
account is not compared with the board's own chances but with a coin: the e-value is the likelihood ratio of a
board turned upside down against the coin, which is at most 1 on average for everybody who prefers the
stronger side at least half the time, in whatever order battles came. Whoever lifts a weak model has to vote
against the board in nearly every battle.

Assumptions: an honest account's own tastes do not turn most of its battles against everybody else's. Not
controlled: people who read the question the wrong way round. Source of the e-value: Wald's likelihood ratio;
Vovk and Wang, Annals of Statistics 49 (2021).
"""

import numpy as np
from scipy.special import log_expit, logsumexp

from revenuer.rank.rigging.account_test import AccountTest
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger

NAME = "against_board"
NULL = "an account prefers the side that all others' votes hold stronger at least as often as a coin would"
SLOPES = np.array([0.25, 0.5, 1.0, 2.0])
"""How strongly the board is taken to be turned upside down; the e-values of all are averaged."""
LOOK_ALIKE = (
    "somebody who clicks at random, or likes what others do not: such accounts do no worse than a coin"
)


def against_board(ledger: Ledger, judged: np.ndarray) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) bool marks."""
    upset = -np.where(ledger.score == 1, ledger.log_odds, -ledger.log_odds)
    tied = ledger.score == 0.5
    log_e = np.empty((len(SLOPES), ledger.voters))
    for row, slope in enumerate(SLOPES):
        x = slope * upset
        each = np.log(2.0) + np.where(tied, (log_expit(x) + log_expit(-x)) / 2, log_expit(x))
        log_e[row] = _by_voter(ledger, each)
    mixed = (logsumexp(log_e, axis=0) - np.log(len(SLOPES))) / np.log(10)
    won = _by_voter(ledger, np.where(tied, 0.5, upset > 0))
    log10_e = np.where(judged, mixed, 0.0)

    def reason(code: int) -> Reason:
        words = f"{won[code]:.0f} of {ledger.count[code]} votes go against the board made without them"
        return Reason(test=NAME, words=words, look_alike=LOOK_ALIKE, model="", log10_e=float(log10_e[code]))

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=int(judged.sum()), reason=reason)


def _by_voter(ledger: Ledger, values: np.ndarray) -> np.ndarray:
    known = ledger.voter >= 0
    return np.bincount(ledger.voter[known], values[known], ledger.voters)

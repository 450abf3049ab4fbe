"""Accounts that meet the same pair of models again and again.

The e-value is that of Poisson counts several times as frequent as dealing explains, with room to spare:
repeats of an account are its votes less the different pairs it met. Chance repeats are no more variable than
Poisson's, because each pair met leaves fewer new. Assumptions: battles are dealt alike to all who vote at a
time, MARGIN apart. Where many accounts stand out the board deals otherwise (a crowd task with fixed pairs),
and the test says so.
"""

import numpy as np
from scipy.special import logsumexp

from revenuer.rank.rigging.account_test import AccountTest, null_is_broken, skipped
from revenuer.rank.rigging.attention import BLOCK
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger

NAME = "repeats"
NULL = "pairs are dealt alike to everybody who votes at the same time"
FACTORS = np.array([1.5, 2.0, 3.0, 10.0, 30.0])
MARGIN, SPARE = 2.0, 0.5
LOOK_ALIKE = "somebody with few prompts, or a board with few pairs: repeats by chance were taken into account"


def repeats(ledger: Ledger, judged: np.ndarray) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks."""
    size = ledger.pairs.size
    pair = np.minimum(ledger.a, ledger.b) * size + np.maximum(ledger.a, ledger.b)
    known = ledger.voter >= 0
    met = np.unique(ledger.voter[known] * size * size + pair[known]) // (size * size)
    repeated = ledger.count - np.bincount(met, minlength=ledger.voters)
    chance = ledger.count * (ledger.count - 1) / 2 * _mean_by_voter(ledger, _sameness(ledger, pair))
    most = MARGIN * chance + SPARE
    log_e = logsumexp(repeated * np.log(FACTORS)[:, None] - (FACTORS[:, None] - 1) * most, axis=0) - np.log(
        len(FACTORS)
    )
    log10_e = np.where(judged, log_e / np.log(10), 0.0)
    if null_is_broken(log10_e[judged]):
        return skipped(NAME, NULL, ledger.voters, "pairs are not dealt alike to all accounts here")

    def reason(code: int) -> Reason:
        words = f"{repeated[code]} of {ledger.count[code]} votes on pairs it had before, {chance[code]:.1f} by chance"
        return Reason(test=NAME, words=words, look_alike=LOOK_ALIKE, model="", log10_e=float(log10_e[code]))

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=int(judged.sum()), reason=reason)


def _sameness(ledger: Ledger, pair: np.ndarray) -> np.ndarray:
    """Return (n,) the chance that two battles of the vote's time are of one pair (unbiased; Simpson, Nature
    163, 1949)."""
    blocks = 1 if ledger.time_us is None else max(len(pair) // (10 * BLOCK), 1)
    block = np.zeros(len(pair), np.int64)
    if ledger.time_us is not None:
        block[np.argsort(ledger.time_us, kind="stable")] = np.arange(len(pair)) * blocks // len(pair)
    pairs = ledger.pairs.size**2
    code, count = np.unique(block * pairs + pair, return_counts=True)
    size = np.bincount(block, minlength=blocks)
    same = np.bincount(code // pairs, count * (count - 1.0), blocks) / np.maximum(size * (size - 1.0), 1.0)
    return np.asarray(same[block])


def _mean_by_voter(ledger: Ledger, values: np.ndarray) -> np.ndarray:
    known = ledger.voter >= 0
    total = np.bincount(ledger.voter[known], values[known], ledger.voters)
    return np.asarray(total / np.maximum(ledger.count, 1))

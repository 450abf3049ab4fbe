"""Accounts that vote faster than people can read.

The measure is the lower quartile of the time between an account's votes, in logarithms; the null are the
accounts that are as far above the middle as others are below it. Human times have the longer tail on the slow
side, which makes the null too wide rather than too narrow. Assumptions: honest accounts are not further below
the middle than others are above it. Not controlled: stored judgements that an honest person hands in at once.
"""

import numpy as np

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.tail import LEAST, tail_p_values

NAME = "speed"
NULL = "honest accounts are no more often, and no further, faster than the middle than they are slower"
SESSION_S = 1800.0
"""A longer pause is no reading time: the usual cut between web sessions (Catledge and Pitkow, 1995: 25.5
minutes)."""
LEAST_GAPS = 8
LOOK_ALIKE = (
    "a practised voter, or one who hands in stored judgements: accounts as slow were counted against this"
)


def speed(ledger: Ledger, judged: np.ndarray) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks and that have LEAST_GAPS times between votes
    of one session."""
    if ledger.time_us is None:
        return skipped(NAME, NULL, ledger.voters, "votes have no times")
    who, quartile = lower_quartiles(ledger)
    used = judged[who]
    who, quartile = who[used], quartile[used]
    if len(who) < LEAST:
        return skipped(
            NAME, NULL, ledger.voters, f"fewer than {LEAST} accounts with {LEAST_GAPS} votes in sessions"
        )
    pace = np.log(quartile + 1.0)
    quicker = float(np.median(pace)) - pace
    log10_e, seconds = np.zeros(ledger.voters), np.zeros(ledger.voters)
    log10_e[who] = log10_e_from_p_power(tail_p_values(quicker, -quicker))
    seconds[who] = quartile
    middle = float(np.median(quartile))

    def reason(code: int) -> Reason:
        words = f"a quarter of its votes follow within {seconds[code]:.1f} s, with others {middle:.1f} s"
        return Reason(test=NAME, words=words, look_alike=LOOK_ALIKE, model="", log10_e=float(log10_e[code]))

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=len(who), reason=reason)


def lower_quartiles(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Return the accounts with enough gaps and the lower quartile of each, in seconds."""
    assert ledger.time_us is not None
    order = np.lexsort((ledger.time_us, ledger.voter))
    voter, moment = ledger.voter[order], ledger.time_us[order]
    gap = np.diff(moment) / 1e6
    within = (np.diff(voter) == 0) & (voter[1:] >= 0) & (gap <= SESSION_S)
    owner, gap = voter[1:][within], gap[within]
    order = np.lexsort((gap, owner))
    owner, gap = owner[order], gap[order]
    who, first, count = np.unique(owner, return_index=True, return_counts=True)
    enough = count >= LEAST_GAPS
    return who[enough], gap[(first + count // 4)[enough]]

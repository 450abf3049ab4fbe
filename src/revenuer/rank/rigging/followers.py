"""Many accounts that lift one model a little each: found as a crowd, and none of them named.

Each account's votes are dealt at random into two. Those whose first part is mostly on the side of a direction
(learnt from other accounts, see learnt.py) are chosen, and the second parts of the chosen are asked, account
by account, whether they too side with it more often than taste ever does. Choosing and asking share neither
votes nor accounts with learning, so nothing has to be corrected.

Assumptions: an honest account is on a direction's side in lift.HONEST_SIDE of its battles at most, on average
over accounts. Not controlled: a crowd that agrees on every model as scripts do. No account is accused: honest
ones are among the chosen.
"""

import numpy as np
from scipy import stats

from revenuer.rank.rigging.findings import Group
from revenuer.rank.rigging.learnt import Trial
from revenuer.rank.rigging.ledger import Ledger
from revenuer.rank.rigging.lift import HONEST_SIDE, LOOK_ALIKE, side_with_board
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.false_discovery import e_bh

NAME = "followers"
NULL = "accounts that seem to follow a direction do so, in their other votes, no more often than taste does"
MOSTLY = 0.75
LEAST_EACH = 5
LEAST_ACCOUNTS = 10


def find_followers(
    ledger: Ledger, trials: tuple[Trial, ...], why: str, level: float, rng: np.random.Generator
) -> tuple[tuple[Group, ...], int, str]:
    """Return the trials that pass at `level` as groups, how many were tested, and why none could be."""
    if not trials:
        return (), 0, why
    asked = rng.random(len(ledger.a)) < 0.5
    honest = max(HONEST_SIDE, side_with_board(ledger))
    shares = [_shares(ledger, trial, asked) for trial in trials]
    evidence = np.array([_evidence(share, honest) for share in shares])
    passed = np.flatnonzero(e_bh(evidence, level).rejected)
    found = tuple(_group(ledger, trials[row], shares[row], float(evidence[row])) for row in passed)
    return found, len(trials), ""


def _shares(ledger: Ledger, trial: Trial, asked: np.ndarray) -> np.ndarray:
    """Return for each chosen account of the trial the share of its asked votes on the direction's side."""
    side = trial.table[ledger.a, ledger.b]
    inside = np.zeros(ledger.voters, bool)
    inside[trial.accounts.who] = True
    used = (ledger.voter >= 0) & (side != 0) & inside[np.maximum(ledger.voter, 0)]
    for_it = np.where(side > 0, ledger.score == 1, ledger.score == 0)
    number, on_side = [], []
    for part in (used & ~asked, used & asked):
        number.append(np.bincount(ledger.voter[part], minlength=ledger.voters))
        on_side.append(np.bincount(ledger.voter[part], for_it[part], ledger.voters))
    chosen = (np.minimum(number[0], number[1]) >= LEAST_EACH) & (on_side[0] >= MOSTLY * number[0])
    share: np.ndarray = on_side[1][chosen] / number[1][chosen]
    return share


def _evidence(share: np.ndarray, honest: float) -> float:
    """Return log10 e that the accounts' mean share is above `honest`: Student's t over accounts; 0 where they
    are too few."""
    if len(share) < LEAST_ACCOUNTS:
        return 0.0
    error = max(float(share.std(ddof=1)), 0.05) / np.sqrt(len(share))
    p = stats.t.sf((float(share.mean()) - honest) / error, len(share) - 1)
    return float(log10_e_from_p_power(float(p)))


def _group(ledger: Ledger, trial: Trial, share: np.ndarray, log10_e: float) -> Group:
    model, other = ledger.models[trial.target], ledger.models[trial.anchor]
    return Group(
        kind="followers",
        accounts=(),
        model=model,
        words=(
            f"about {len(share)} accounts lift a model which does not play in {share.mean():.0%} of their"
            f" other votes; the fit's best guess is {model} over {other}"
        ),
        look_alike=LOOK_ALIKE,
        log10_e=log10_e,
    )

"""Votes on battles without a model that still lift it through the fit, one after another.

Every vote moves every rating a little. Whoever always votes for the side whose win lifts a target over
another model agrees, in every battle, with a direction that has nothing to do with quality and that nobody
follows by taste. Which direction is learnt from one half of the accounts, sharpened by how those votes fell,
and tried on the other half, so that looking at many directions costs nothing. An account's agreement is set
against that of all accounts with decoys of the direction and their reverse (target and decoy as in Elias and
Gygi, Nature Methods 4, 2007), and besides the account must side with it more often than taste ever does: a
community that shares a taste, which happens to agree with some direction, still votes with the noise of
people.

Assumptions: honest tastes do not know the information matrix: they agree with decoys as with directions. Not
controlled: two attacks at once (the stronger is found); attackers who mix in many honest votes, or have few
votes each. Source of the attack: Min et al., Improving Your Model Ranking on Chatbot Arena by Vote Rigging
(ICML 2025), omnipresent rigging.
"""

import numpy as np
from scipy import stats

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.directions import decoy
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.learnt import Trial
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.tail import tail_p_values

NAME = "lift"
NULL = "honest votes agree with the directions that lift a model as with decoys of those directions"
DECOYS = 20
EXTREME = 3.0
"""Accounts that agree, or disagree, more than this lend no decoys: an attacker's votes agree with each other,
so with much. Of honest accounts of wide taste too few go by this to matter: one whose agreement is spread
three times as wide as others' stays in two of three times."""
HONEST_SIDE = 0.65
"""How often an honest account is taken to be on a direction's side, at most. A community whose members share a
taste of one logit a model, which happens to order the models as well as the best of two hundred directions
orders 18 models (Kendall's tau 0.5), is there in 61 % of votes without ties. Where the crowd sides with its
own board more often than this (no taste is more shared), that share is taken instead."""
LOOK_ALIKE = "somebody of odd taste: taste agrees with a decoy as often, and decoys were counted against this"


def lift(ledger: Ledger, trials: tuple[Trial, ...], why: str, rng: np.random.Generator) -> AccountTest:
    """Return the test for the accounts of `trials`; where there are none, `why` says the reason."""
    if not trials:
        return skipped(NAME, NULL, ledger.voters, why)
    log10_e, trial_of = np.zeros(ledger.voters), np.zeros(ledger.voters, np.int64)
    on_side, could = np.zeros(ledger.voters), np.zeros(ledger.voters)
    for number, trial in enumerate(trials):
        who = trial.accounts.who
        log10_e[who], trial_of[who] = _evidence(ledger, trial, rng), number
        sides = trial.table[ledger.pairs.first, ledger.pairs.second]
        on_side[who], could[who] = trial.accounts.on_side(sides)

    def reason(code: int) -> Reason:
        trial = trials[trial_of[code]]
        model, other = ledger.models[trial.target], ledger.models[trial.anchor]
        words = (
            f"{on_side[code]:.0f} of {could[code]:.0f} votes on the side that lifts a model which does not play;"
            f" the fit's best guess is {model} over {other}"
        )
        return Reason(
            test=NAME, words=words, look_alike=LOOK_ALIKE, model=model, log10_e=float(log10_e[code])
        )

    tested = sum(len(trial.accounts.who) for trial in trials)
    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=tested, reason=reason)


def _evidence(ledger: Ledger, trial: Trial, rng: np.random.Generator) -> np.ndarray:
    """Return (k,) log10 e of the accounts' agreement with a table that they had no part in."""
    accounts, table = trial.accounts, trial.table
    first, second = ledger.pairs.first, ledger.pairs.second
    tables = [table] + [decoy(table, ledger.fit.theta, rng) for _ in range(DECOYS)]
    agreement = accounts.agreement(np.stack([one[first, second] for one in tables], axis=1))
    # A crowd that leans to one side as a whole is a board that fits badly; who leans further is looked at.
    own = agreement[:, 0] - max(float(np.median(agreement[:, 0])), 0.0)
    decoys = agreement[np.abs(own) < EXTREME, 1:]
    by_decoys = tail_p_values(own, np.concatenate([decoys, -decoys]))
    for_it, could = accounts.on_side(table[first, second])
    by_taste = stats.binom.sf(for_it - 1, could, max(HONEST_SIDE, side_with_board(ledger)))
    return log10_e_from_p_power(np.maximum(by_decoys, by_taste))


def side_with_board(ledger: Ledger) -> float:
    """Return the share of votes that side with the board made without the voter; ties do not, as in
    `on_side`."""
    with_it = np.where(ledger.log_odds > 0, ledger.score == 1, ledger.score == 0)
    return float(with_it.mean())

"""The board without a voter: one Newton step, and the refit for heavy voters, against a fit of the remaining
votes."""

import numpy as np

from builders.rigged import honest, ledger_of, votes_of
from revenuer.rank.rigging.ledger import EXACT_SHARE


def test_leaving_a_voter_out_agrees_with_a_fit_without_it() -> None:
    votes = votes_of(honest().table)
    ledger = ledger_of(votes)
    heaviest = np.argsort(-ledger.count)
    light = heaviest[ledger.count[heaviest] < EXACT_SHARE * votes.size][0]
    for code, error in ((heaviest[0], 1e-8), (light, 2e-3)):
        rest = ledger_of(votes.chosen(votes.voter != code)).fit.theta
        mine = ledger.voter == code
        exact = rest[ledger.a[mine]] - rest[ledger.b[mine]]
        assert np.abs(ledger.log_odds[mine] - exact).max() < error
        assert (
            np.abs(ledger.fit.theta[ledger.a[mine]] - ledger.fit.theta[ledger.b[mine]] - exact).max() > error
        )

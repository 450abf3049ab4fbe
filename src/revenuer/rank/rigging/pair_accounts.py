"""Accounts' votes summed by pair of models, as sparse tables."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from revenuer.rank.rigging.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """k accounts with enough votes: `who` (k,) codes, `excess` and `variance` (k, E) points of each pair's
    first model beyond what the board without the account expects, `won` and `lost` (k, E) its wins and
    losses, `met` (k, E) votes; `spread` of taste in logits, `size` models."""

    who: np.ndarray
    won: sparse.csr_array
    lost: sparse.csr_array
    met: sparse.csr_array
    excess: sparse.csr_array
    variance: sparse.csr_array
    spread: float
    size: int

    def half(self, rows: np.ndarray) -> "Accounts":
        return Accounts(
            who=self.who[rows],
            won=self.won[rows],
            lost=self.lost[rows],
            met=self.met[rows],
            excess=self.excess[rows],
            variance=self.variance[rows],
            spread=self.spread,
            size=self.size,
        )

    def agreement(self, sides: np.ndarray) -> np.ndarray:
        """Return (k, D) agreement with `sides` (E, D) in standard deviations, those of taste among them."""
        information = self.variance @ np.abs(sides)
        # Taste for a random order of M models adds (4 / 3) / M times the squared information, to first order.
        taste = 4 / 3 * self.spread**2 * information / self.size
        return np.asarray((self.excess @ sides) / np.sqrt(np.maximum(information * (1 + taste), 1.0)))

    def on_side(self, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (k,) votes on the side of `sides` (E,), ties not among them, and (k,) votes that could have
        been."""
        for_it = self.won @ np.maximum(sides, 0) + self.lost @ np.maximum(-sides, 0)
        return np.asarray(for_it), np.asarray(self.met @ np.abs(sides))


def accounts_by_pair(ledger: Ledger, who: np.ndarray, spread: float) -> Accounts:
    """Return the votes of the accounts with codes `who`, summed by pair."""
    place = np.full(ledger.voters, -1)
    place[who] = np.arange(len(who))
    row = np.where(ledger.voter >= 0, place[ledger.voter], -1)
    used = row >= 0
    low, high = np.minimum(ledger.a, ledger.b)[used], np.maximum(ledger.a, ledger.b)[used]
    size = ledger.pairs.size
    column = np.searchsorted(ledger.pairs.first * size + ledger.pairs.second, low * size + high)
    expected = ledger.expected[used]
    residual = np.where(ledger.a[used] == low, 1.0, -1.0) * (ledger.score[used] - expected)
    turned = ledger.a[used] != low
    won = np.where(turned, ledger.score[used] == 0, ledger.score[used] == 1)
    lost = np.where(turned, ledger.score[used] == 1, ledger.score[used] == 0)

    def summed(values: np.ndarray) -> sparse.csr_array:
        shape = (len(who), len(ledger.pairs.first))
        return sparse.csr_array((values.astype(np.float32), (row[used], column)), shape=shape)

    return Accounts(
        who=who,
        won=summed(won),
        lost=summed(lost),
        met=summed(np.ones(len(won))),
        excess=summed(residual),
        variance=summed(expected * (1 - expected)),
        spread=spread,
        size=size,
    )

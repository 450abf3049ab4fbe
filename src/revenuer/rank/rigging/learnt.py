"""Which direction a half of the accounts follows, to be tried on the other half."""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.rigging.directions import Directions, directions_of
from revenuer.rank.rigging.ledger import Ledger
from revenuer.rank.rigging.pair_accounts import Accounts, accounts_by_pair
from revenuer.stats.tail import LEAST

LEAST_BATTLES = 15
LEAST_MODELS = 16
"""On smaller boards a community's shared taste agrees with some direction by chance, and far too well."""
RIGGING_SHARE, AGREEMENT = 0.03, 3.0
"""What is looked for in choosing a direction: this share of accounts, this many standard deviations. A
choice, not a threshold."""
ROUNDS = 3
PRIOR, EACH = 1.5, 1.5
"""Log odds that the fit's side is the attackers', and what a vote of a following account adds: the attack was
aimed at another board."""
_BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A direction, as `table` (M, M) of sides that lift `target` over `anchor`, and the `accounts` that had
    no part in choosing it."""

    accounts: Accounts
    target: int
    anchor: int
    table: np.ndarray


def learn_directions(
    ledger: Ledger, judged: np.ndarray, spread: float, rng: np.random.Generator
) -> tuple[tuple[Trial, ...], str]:
    """Return two trials that together hold all accounts with LEAST_BATTLES votes, or none and the reason."""
    if len(ledger.models) < LEAST_MODELS:
        return (), f"fewer than {LEAST_MODELS} models: some direction would agree with any shared taste"
    who = np.flatnonzero(judged & (ledger.count >= LEAST_BATTLES))
    if len(who) < 2 * LEAST:
        return (), f"fewer than {2 * LEAST} accounts with {LEAST_BATTLES} votes"
    accounts = accounts_by_pair(ledger, who, spread)
    directions = directions_of(ledger.fit)
    shuffled = rng.permutation(len(who))
    trials = []
    for tried, learnt in ((shuffled[::2], shuffled[1::2]), (shuffled[1::2], shuffled[::2])):
        chosen, table = _learnt(ledger, accounts.half(learnt), directions)
        trials.append(
            Trial(
                accounts=accounts.half(tried),
                target=int(directions.target[chosen]),
                anchor=int(directions.anchor[chosen]),
                table=table,
            )
        )
    return tuple(trials), ""


def _learnt(ledger: Ledger, accounts: Accounts, directions: Directions) -> tuple[int, np.ndarray]:
    """Return the direction that some of `accounts` follow most, and its table (M, M) sharpened by their
    votes."""
    first, second = ledger.pairs.first, ledger.pairs.second
    support = np.zeros(len(directions.target))
    for low in range(0, len(support), _BLOCK):
        part = slice(low, low + _BLOCK)
        agreement = accounts.agreement(directions.on_pairs(first, second, part))
        support[part] = np.log1p(RIGGING_SHARE * (_ratio(agreement) - 1)).sum(axis=0)
    chosen = int(support.argmax())
    sides = directions.on_pairs(first, second, slice(chosen, chosen + 1))[:, 0]
    # What everybody's votes on a pair have beyond the board is the pair's own and says nothing of an attack.
    common = accounts.excess.sum(axis=0) / np.maximum(accounts.met.sum(axis=0), 1)
    sharpened = sides
    for _ in range(ROUNDS):
        ratio = RIGGING_SHARE * _ratio(accounts.agreement(sharpened[:, None])[:, 0])
        follows = (ratio / (1 + ratio)).astype(np.float32)
        theirs = follows @ accounts.excess - common * (follows @ accounts.met)
        sharpened = (np.sign(PRIOR * sides + EACH * 2 * theirs) * np.abs(sides)).astype(np.float32)
    table = np.zeros((accounts.size, accounts.size), np.float32)
    table[first, second], table[second, first] = sharpened, -sharpened
    return chosen, table


def _ratio(agreement: np.ndarray) -> np.ndarray:
    """Return how much likelier this agreement is of an attacker's account than of an honest one."""
    return np.asarray(np.exp(np.minimum(AGREEMENT * agreement - AGREEMENT**2 / 2, 50.0)))

"""Votes on battles without a model that still lift it through the fit, one after another.

Every vote moves every rating a little. Whoever always votes for the side whose win lifts a target over another model agrees, in every
battle, with a direction that has nothing to do with quality and that nobody follows by taste. Which direction is learnt from one
half of the accounts, sharpened by how those votes fell, and tried on the other half, so that looking at many directions costs nothing.
An account's agreement is set against that of all accounts with decoys of the direction and their reverse (target and decoy as in
Elias and Gygi, Nature Methods 4, 2007), and besides the account must side with it more often than taste ever does: a community that
shares a taste, which happens to agree with some direction, still votes with the noise of people.

Assumptions: honest tastes do not know the information matrix: they agree with decoys as with directions.
Not controlled: two attacks at once (the stronger is found); attackers who mix in many honest votes, or have few votes each.
Source of the attack: Min et al., Improving Your Model Ranking on Chatbot Arena by Vote Rigging (ICML 2025), omnipresent rigging.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.directions import Directions, decoy, directions_of
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_power
from revenuer.stats.tail import LEAST, tail_p_values

NAME = "lift"
NULL = "honest votes agree with the directions that lift a model as with decoys of those directions"
LEAST_BATTLES = 15
LEAST_MODELS = 8
DECOYS = 20
RIGGING_SHARE, AGREEMENT = 0.03, 3.0
"""What is looked for in choosing a direction: this share of accounts, this many standard deviations. A choice, not a threshold."""
ROUNDS = 3
EXTREME = 3.0
"""Accounts that agree, or disagree, more than this lend no decoys: an attacker's votes agree with each other, so with much. Of honest
accounts of wide taste too few go by this to matter: one whose agreement is spread three times as wide as others' stays in two of three times."""
PRIOR, EACH = 1.5, 1.5
"""Log odds that the fit's side is the attackers', and what a vote of a following account adds: the attack was aimed at another board."""
HONEST_SIDE = 0.65
"""How often an honest account is taken to be on a direction's side, at most: a community whose members share a taste of one logit, that
happens to order the models as the best of two hundred directions would (Kendall's tau 0.5), is there in 62 %. Where the crowd sides with
its own board more often than this (no taste is more shared), that share is taken instead."""
_BLOCK = 256
LOOK_ALIKE = "somebody of odd taste: taste agrees with a decoy as often, and decoys were counted against this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """k accounts with enough votes: `who` (k,) codes, `excess` and `variance` (k, E) points of each pair's first model beyond what the
    board without the account expects, `won` and `lost` (k, E) its wins and losses, `met` (k, E) votes; `spread` of taste in
    logits, `size` models."""

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
        """Return (k,) votes on the side of `sides` (E,), ties not among them, and (k,) votes that could have been."""
        for_it = self.won @ np.maximum(sides, 0) + self.lost @ np.maximum(-sides, 0)
        return np.asarray(for_it), np.asarray(self.met @ np.abs(sides))


def lift(ledger: Ledger, judged: np.ndarray, spread: float, rng: np.random.Generator) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks; `spread` is the standard deviation of taste in logits."""
    if len(ledger.models) < LEAST_MODELS:
        return skipped(
            NAME, NULL, ledger.voters, f"fewer than {LEAST_MODELS} models: decoys would repeat themselves"
        )
    who = np.flatnonzero(judged & (ledger.count >= LEAST_BATTLES))
    if len(who) < 2 * LEAST:
        return skipped(
            NAME, NULL, ledger.voters, f"fewer than {2 * LEAST} accounts with {LEAST_BATTLES} votes"
        )
    accounts = _accounts(ledger, who, spread)
    directions = directions_of(ledger.fit)
    shuffled = rng.permutation(len(who))
    log10_e, aim = np.zeros(ledger.voters), np.zeros(ledger.voters, np.int64)
    on_side, could = np.zeros(ledger.voters), np.zeros(ledger.voters)
    for tried, learnt in ((shuffled[::2], shuffled[1::2]), (shuffled[1::2], shuffled[::2])):
        chosen, table = _learnt(ledger, accounts.half(learnt), directions)
        log10_e[who[tried]] = _evidence(ledger, accounts.half(tried), table, rng)
        aim[who[tried]] = chosen
        sides = table[ledger.pairs.first, ledger.pairs.second]
        on_side[who[tried]], could[who[tried]] = accounts.half(tried).on_side(sides)

    def reason(code: int) -> Reason:
        model, other = (
            ledger.models[directions.target[aim[code]]],
            ledger.models[directions.anchor[aim[code]]],
        )
        words = (
            f"{on_side[code]:.0f} of {could[code]:.0f} votes on the side that lifts a model without its playing;"
            f" the fit's best guess is {model} over {other}"
        )
        return Reason(
            test=NAME, words=words, look_alike=LOOK_ALIKE, model=model, log10_e=float(log10_e[code])
        )

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=len(who), reason=reason)


def _accounts(ledger: Ledger, who: np.ndarray, spread: float) -> Accounts:
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


def _learnt(ledger: Ledger, accounts: Accounts, directions: Directions) -> tuple[int, np.ndarray]:
    """Return the direction that some of `accounts` follow most, and its table (M, M) sharpened by their votes."""
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


def _evidence(ledger: Ledger, accounts: Accounts, table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (k,) log10 e of the accounts' agreement with a table that they had no part in."""
    first, second = ledger.pairs.first, ledger.pairs.second
    tables = [table] + [decoy(table, ledger.fit.theta, rng) for _ in range(DECOYS)]
    agreement = accounts.agreement(np.stack([one[first, second] for one in tables], axis=1))
    # A crowd that leans to one side as a whole is a board that fits badly; only who leans further is looked at.
    own = agreement[:, 0] - max(float(np.median(agreement[:, 0])), 0.0)
    decoys = agreement[np.abs(own) < EXTREME, 1:]
    by_decoys = tail_p_values(own, np.concatenate([decoys, -decoys]))
    for_it, could = accounts.on_side(table[first, second])
    by_taste = stats.binom.sf(for_it - 1, could, max(HONEST_SIDE, _with_board(ledger)))
    return log10_e_from_p_power(np.maximum(by_decoys, by_taste))


def _with_board(ledger: Ledger) -> float:
    """Return the share of votes that side with the board made without the voter; ties do not, as in `on_side`."""
    with_it = np.where(ledger.log_odds > 0, ledger.score == 1, ledger.score == 0)
    return float(with_it.mean())

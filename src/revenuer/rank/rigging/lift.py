"""Votes on battles without a model that still lift it through the fit, one after another.

Every vote moves every rating a little. Whoever always votes for the side whose win lifts a target over the model before it agrees,
in every battle, with the sign of a row difference of the fit's inverse information: a direction that has nothing to do with quality
and that nobody follows by taste. An account's agreement with all such directions is set against its own agreement with decoys: the
same directions with models of about equal rank exchanged (target and decoy as in Elias and Gygi, Nature Methods 4, 2007).

Assumptions: honest tastes do not know the information matrix, so they agree with decoys as with directions. Not controlled: targets
further than ANCHORS ranks from the model they are to pass; attackers who mix in many honest votes.
Source of the attack: Min et al., ICML 2025, section on omnipresent rigging.
"""

import numpy as np
from scipy import sparse

from revenuer.rank.rigging.account_test import AccountTest, skipped
from revenuer.rank.rigging.findings import Reason
from revenuer.rank.rigging.ledger import Ledger
from revenuer.stats.e_values import log10_e_from_p_mixture
from revenuer.stats.tail import LEAST, tail_p_values

NAME = "lift"
NULL = "honest votes agree with the directions that lift a model as they agree with decoys of those directions"
ANCHORS = 2
"""Models before the target on the present board that it may be after; the attack moves the board, so one is not enough."""
LEAST_BATTLES = 15
LEAST_MODELS = 8
MOST_DECOYS, FEWEST_DECOYS, ENOUGH = 20, 2, 10_000
LOOK_ALIKE = "somebody of odd taste: taste agrees with a decoy as often, and decoys were counted against this"


def lift(ledger: Ledger, judged: np.ndarray, spread: float, rng: np.random.Generator) -> AccountTest:
    """Return the test for the accounts that `judged` (V,) marks; `spread` is the standard deviation of taste in logits."""
    if len(ledger.models) < LEAST_MODELS:
        return skipped(NAME, NULL, ledger.voters, f"fewer than {LEAST_MODELS} models: decoys would repeat themselves")
    who = np.flatnonzero(judged & (ledger.count >= LEAST_BATTLES))
    if len(who) < LEAST:
        return skipped(NAME, NULL, ledger.voters, f"fewer than {LEAST} accounts with {LEAST_BATTLES} votes")
    excess, variance = _by_pair(ledger, who)
    targets, anchors = _aims(ledger.fit.theta)
    best, agreed = _strongest(ledger, excess, variance, targets, anchors, spread, None)
    sets = int(np.clip(ENOUGH // len(who), FEWEST_DECOYS, MOST_DECOYS))
    decoys = [
        _strongest(ledger, excess, variance, targets, anchors, spread, rng)[0].max(axis=1)
        for _ in range(sets)
    ]
    log10_e = np.zeros(ledger.voters)
    log10_e[who] = log10_e_from_p_mixture(tail_p_values(best.max(axis=1), np.concatenate(decoys)))
    aim = np.zeros(ledger.voters, np.int64)
    aim[who] = best.argmax(axis=1)
    share = np.zeros(ledger.voters)
    share[who] = agreed[np.arange(len(who)), aim[who]]

    def reason(code: int) -> Reason:
        model, before = ledger.models[targets[aim[code]]], ledger.models[anchors[aim[code]]]
        words = (
            f"votes in battles without {model} beyond what strength explains on the side that lifts it over {before}"
            f" ({share[code]:+.0%} of the points)"
        )
        return Reason(
            test=NAME, words=words, look_alike=LOOK_ALIKE, model=model, log10_e=float(log10_e[code])
        )

    return AccountTest(name=NAME, null=NULL, log10_e=log10_e, tested=len(who), reason=reason)


def _by_pair(ledger: Ledger, who: np.ndarray) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return (len(who), E) excess points of the first model of each pair, and their variance."""
    place = np.full(ledger.voters, -1)
    place[who] = np.arange(len(who))
    row = np.where(ledger.voter >= 0, place[ledger.voter], -1)
    used = row >= 0
    low, high = np.minimum(ledger.a, ledger.b)[used], np.maximum(ledger.a, ledger.b)[used]
    size = ledger.pairs.size
    column = np.searchsorted(ledger.pairs.first * size + ledger.pairs.second, low * size + high)
    expected = ledger.expected[used]
    residual = np.where(ledger.a[used] == low, 1.0, -1.0) * (ledger.score[used] - expected)
    shape = (len(who), len(ledger.pairs.first))
    excess = sparse.csr_array((residual.astype(np.float32), (row[used], column)), shape=shape)
    variance = sparse.csr_array(
        ((expected * (1 - expected)).astype(np.float32), (row[used], column)), shape=shape
    )
    return excess, variance


def _aims(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and the models that they are to pass: the nearest before each on the board, for the first the one after it."""
    order = np.argsort(-theta)
    targets, anchors = [], []
    for rank, model in enumerate(order):
        before = order[max(rank - ANCHORS, 0) : rank] if rank else order[1:2]
        targets += [model] * len(before)
        anchors += before.tolist()
    return np.array(targets), np.array(anchors)


def _strongest(
    ledger: Ledger,
    excess: sparse.csr_array,
    variance: sparse.csr_array,
    targets: np.ndarray,
    anchors: np.ndarray,
    spread: float,
    rng: np.random.Generator | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (V', D) agreement in standard deviations with each direction, and in points a vote; of decoys where `rng` is given."""
    size = ledger.pairs.size
    inverse = ledger.fit.bread[:size, :size]
    gain = inverse[targets] - inverse[anchors]
    if rng is not None:
        gain = np.take_along_axis(gain, _exchanged(ledger.fit.theta, len(targets), rng), axis=1)
    first, second = ledger.pairs.first, ledger.pairs.second
    outside = (first[:, None] != targets) & (second[:, None] != targets)
    outside &= (first[:, None] != anchors) & (second[:, None] != anchors)
    direction = (np.sign(gain[:, first] - gain[:, second]).T * outside).astype(np.float32)
    points, information = excess @ direction, variance @ np.abs(direction)
    # Taste adds a variance that grows with the square of votes: two thirds of 2 / M for a random order of M models.
    taste = 4 / 3 * spread**2 * information / size
    deviation = points / np.sqrt(np.maximum(information * (1 + taste), 1.0))
    return np.asarray(deviation), np.asarray(points / np.maximum(4 * information, 1.0))


def _exchanged(theta: np.ndarray, directions: int, rng: np.random.Generator) -> np.ndarray:
    """Return (D, M) an order of the models for each direction, in which models exchange places with others of about their rank."""
    size = len(theta)
    rank = np.empty(size, np.int64)
    rank[np.argsort(-theta)] = np.arange(size)
    width = max(6.0, size / 3)
    jittered = np.argsort(rank + rng.uniform(0, width, (directions, size)), axis=1)
    exchanged = np.empty((directions, size), np.int64)
    np.put_along_axis(exchanged, jittered, np.broadcast_to(np.argsort(-theta), (directions, size)).copy(), axis=1)
    return exchanged

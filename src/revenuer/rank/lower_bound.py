"""How many votes must change at least before two models change places: a bound that no set of fewer actions can break.

The proof is in docs/rank.md, section "Certificates". In short, at the crossing of the changed board each action is a transfer from some
u to some v of mass 1 (a flip), 1 - P_uv (a dropped win), P_uv (an added win of v), and so on. Weighed with the reach y of the old
crossing the transfers must come to the mass that keeps the pair apart, less what the curvature of the board gives away; that is
at most the sum over transfers of their mass times a weighted movement of their own pair. So every single action has a greatest
worth, and with too few of them the sum is not reached.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from revenuer.rank.crossing import Crossing, Design, chances, find_reach
from revenuer.rank.movement import Movement

WILD = (np.inf, 3.0, 2.0, 1.5)
"""Models that may move by more than this many logits are treated one by one instead of by curvature. Every choice gives a valid
bound, and the best counts."""
CHORD_STEP = 0.1
CHORD_REACH = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The most mass that one action may take, (M, M) each: dropping a win of u (row) over v (column), turning it over, dropping a tie of
    both, turning a tie into a win of v, adding a win of v over u. `needed`: mass that must be taken in all."""

    drop: np.ndarray
    flip: np.ndarray
    drop_tie: np.ndarray
    flip_tie: np.ndarray
    add: np.ndarray
    needed: float


def worths(design: Design, crossing: Crossing, movement: Movement) -> list[Worth]:
    """Return valid bounds on the worth of actions, one for each way of treating models that may move far."""
    width = np.maximum(movement.high, -movement.low)
    found, tried = [], set[bytes]()
    for limit in WILD:
        wild = ~(width <= limit) if np.isfinite(limit) else ~np.isfinite(width)
        if wild.tobytes() not in tried:
            tried.add(wild.tobytes())
            found.append(_worth(design, crossing, movement, wild, width))
    return found


def _worth(
    design: Design, crossing: Crossing, movement: Movement, wild: np.ndarray, width: np.ndarray
) -> Worth:
    low, high, slack = _reach(design, crossing, movement, wild, width)
    given_away = _given_away(design, crossing, movement, wild, width, (low + high) / 2)
    gap = high[None, :] - low[:, None] + given_away
    np.fill_diagonal(gap, 0.0)
    difference = crossing.theta[:, None] - crossing.theta[None, :]
    least_p, most_p = expit(difference - movement.rise.T), expit(difference + movement.rise)
    # A tie between u and v hands 1/2 - P_uv from u to v when it is dropped: backwards, where u is the stronger.
    half = np.maximum(0.5 - least_p, 0.0)
    back = np.maximum(most_p - 0.5, 0.0)
    return Worth(
        drop=np.maximum((1 - least_p) * gap, 0.0),
        flip=np.maximum(gap, 0.0),
        drop_tie=np.maximum(np.maximum(half * gap, back * gap.T), 0.0),
        flip_tie=np.maximum(gap / 2, 0.0),
        add=np.maximum(most_p * gap, 0.0),
        needed=crossing.mass - crossing.rounding - slack,
    )


def _reach(
    design: Design, crossing: Crossing, movement: Movement, wild: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return (least, greatest) reach (M,), equal for models that are not wild, and the mass that wild ones may give away."""
    p = chances(crossing.theta)
    calm = ~wild
    games = design.games * calm * calm[:, None]
    games[crossing.a, crossing.b] = games[crossing.b, crossing.a] = 0.0
    reach = find_reach(games * p * p.T, crossing.a, crossing.b)
    low, high, slack = reach.copy(), reach.copy(), 0.0
    for k in np.flatnonzero(wild):
        against = np.flatnonzero(calm & (design.games[k] > 0))
        if not len(against):
            low[k], high[k] = 0.0, 1.0
            continue
        votes = design.games[k, against]
        low[k], high[k] = _chord_range(
            votes, p[k, against], reach[against], movement.low[k], movement.high[k]
        )
        apart = np.maximum(np.abs(low[k] - reach[against]), np.abs(high[k] - reach[against]))
        slack += float((votes * apart * np.minimum(1.0, width[against] / 4)).sum())
    between = np.triu(design.games * wild * wild[:, None])
    return low, high, slack + float(between.sum())


def _chord_range(
    votes: np.ndarray, p: np.ndarray, reach: np.ndarray, low: float, high: float
) -> tuple[float, float]:
    """Return the range of the mean reach of a model's opponents, weighted by how much it wins more (or less) against each when it
    moves by anything from `low` to `high`.

    The mean changes by at most a quarter of the opponents' spread a logit, so the steps between the points looked at are covered.
    """
    # From here on the weights are those of the end to within one part in a million.
    far = CHORD_REACH + float(np.abs(logit(np.clip(p, 1e-15, 1 - 1e-15))).max())
    moves = np.arange(max(low, -far) - CHORD_STEP, min(high, far) + 1.5 * CHORD_STEP, CHORD_STEP)
    odds = np.expm1(moves[np.abs(moves) > 1e-6])[:, None]
    weight = votes * p * (1 - p) / (1 + p * odds)
    spread = float(reach.max() - reach.min())
    if not (weight.sum(axis=1) > 0).all():  # Strengths so far apart that the weights cannot be told.
        return float(reach.min()), float(reach.max())
    mean = (weight @ reach) / weight.sum(axis=1)
    margin = spread * CHORD_STEP / 4
    if high > far or low < -far:
        margin += spread * 1e-3
    return max(float(reach.min()), float(mean.min()) - margin), min(
        float(reach.max()), float(mean.max()) + margin
    )


def _given_away(
    design: Design,
    crossing: Crossing,
    movement: Movement,
    wild: np.ndarray,
    width: np.ndarray,
    reach: np.ndarray,
) -> np.ndarray:
    """Return (M, M): mass that curvature may give away for each unit of mass transferred between two models.

    Votes between u and v give away (y_u - y_v)(B(D) - P_uv) of the energy D dP of the pair, B(x) = 1/x - 1/(e^x - 1) exactly. The energy
    of all pairs together, and of those among the models that move least, is at most the sum over transfers of their
    mass times the movement of their ends, cut off at the span of the models in question.
    """
    calm = np.flatnonzero(~wild)
    order = calm[np.argsort(width[calm], kind="stable")]
    most = movement.most[np.ix_(order, order)]
    weight = _pair_weight(design, crossing, most, order, reach)
    size, everywhere = len(order), movement.most
    later = np.maximum(np.arange(size)[:, None], np.arange(size)[None, :])
    of_level = np.zeros(size)
    np.maximum.at(of_level, later.ravel(), weight.ravel())
    steps = np.maximum.accumulate(of_level[::-1])[::-1]
    drops = steps - np.append(steps[1:], 0.0)
    span = np.zeros(size)
    np.maximum.at(span, later.ravel(), most.ravel())
    span = np.maximum.accumulate(span)
    total = np.zeros_like(everywhere)
    for level in np.flatnonzero(drops > 0):
        total += drops[level] * np.minimum(everywhere, span[level])
    return total


def _pair_weight(
    design: Design, crossing: Crossing, most: np.ndarray, order: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Return the greatest share of its energy that each pair of `order` may give away; 0 without votes and for the level pair."""
    p = chances(crossing.theta)[np.ix_(order, order)]
    apart = reach[order][:, None] - reach[order][None, :]
    weight = np.maximum(-apart * (_bernoulli(most) - p), -apart * (_bernoulli(-most) - p))
    weight = np.maximum(weight, 0.0) * (design.games[np.ix_(order, order)] > 0)
    level = np.isin(order, [crossing.a, crossing.b])
    weight[np.ix_(level, level)] = 0.0
    found: np.ndarray = weight
    return found


def _bernoulli(x: np.ndarray) -> np.ndarray:
    """Return 1/x - 1/(e^x - 1), 1/2 at 0: falls from 1 to 0."""
    small = np.abs(x) < 1e-4
    safe = np.clip(np.where(small, 1.0, x), -500, 500)
    value: np.ndarray = np.where(small, 0.5 - x / 12, 1 / safe - 1 / np.expm1(safe))
    return value


def fewest(worth: Worth, design: Design, actions: frozenset[str]) -> int:
    """Return the fewest of `actions` (among drop, flip, add) whose worth can come to what is needed, at least 0.

    What all of them together cannot reach is given as more than there are votes.
    """
    if worth.needed <= 0:
        return 0
    ahead = np.triu(np.ones_like(design.tied, bool), 1)
    zero = np.zeros_like(design.won)
    of_win = np.maximum(
        worth.drop if "drop" in actions else zero, worth.flip if "flip" in actions else zero
    ).ravel()
    tie_flip = np.maximum(worth.flip_tie, worth.flip_tie.T) if "flip" in actions else zero
    of_tie = np.maximum(worth.drop_tie if "drop" in actions else zero, tie_flip)[ahead]
    value = np.concatenate([of_win, of_tie])
    number = np.concatenate([design.won.ravel(), design.tied[ahead]])
    if "flip" in actions and design.idle is not None:
        # Turned into a win, a vote that did not count is a win added.
        value = np.append(value, np.maximum(worth.add, worth.add.T)[ahead])
        number = np.append(number, design.idle[ahead])
    if "add" in actions:
        value, number = np.append(value, worth.add.max()), np.append(number, np.inf)
    order = np.argsort(-value, kind="stable")
    value, number = value[order], number[order]
    used = (number > 0) & (value > 0)
    return _fewest(value[used], number[used], worth.needed)


def _fewest(value: np.ndarray, number: np.ndarray, needed: float) -> int:
    """Return how many of the most valuable come to `needed`; `value` falls."""
    total, count = 0.0, 0.0
    for each, there in zip(value, number, strict=True):
        if total + each * there >= needed:
            return int(np.ceil(count + (needed - total) / each - 1e-9))
        total += each * there
        count += there
    return int(count) + 1

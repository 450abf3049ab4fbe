"""Finds votes whose change puts one model level with another, and checks them by a fit of the changed board.

Greedy: what one action takes of the mass that keeps the pair apart is known (rank/crossing.py), so the most valuable go first, in
blocks, with a new crossing after each. The last block is cut to the least that is enough. Nothing here is a proof; the fit is.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.components import find_components
from revenuer.rank.crossing import Crossing, Design, chances, find_crossing, pairs_of_design
from revenuer.rank.newton import fit_pairs

BLOCKS = 12
"""About so many crossings are sought on the way."""
LEVEL = 1e-9
"""Models closer than this, in logits, are level."""
MOST_BLOCKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One kind of change to the votes between two models: `number` votes of `outcome` (`won`: by `winner` over `loser`; `tied`) are
    dropped, turned into wins of `loser` (flip), or added."""

    action: str
    outcome: str
    winner: int
    loser: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """`changes` that put b level with a or above; `number` of votes in them; `gap` theta_b - theta_a of the changed board's fit."""

    changes: tuple[Change, ...]
    number: int
    gap: float


def find_witness(design: Design, crossing: Crossing, action: str) -> Witness | None:
    """Return changes of one kind (drop, flip or add) that put the crossing's b level with a; None where none were found."""
    blocks: list[np.ndarray] = []
    taken = np.zeros((2, *design.won.shape))
    at = crossing
    for _ in range(MOST_BLOCKS):
        value = _values(at, action)
        there = _there(design, taken, action)
        block = _block(value, there, _mass_of_block(crossing.mass, at.mass))
        if block is None:
            return None
        after = _crossing_after(design, taken + block, at, action)
        if after is None:
            return None
        if after.mass <= LEVEL:
            blocks.append(block)
            return _trimmed(design, crossing, taken, block, value, action)
        if after.mass >= at.mass - 1e-12:
            return None
        taken, at = taken + block, after
        blocks.append(block)
    return None


def best_changes(design: Design, crossing: Crossing, action: str, number: int) -> np.ndarray | None:
    """Return (2, M, M) the `number` changes that are worth most at the crossing; None where there are not so many that help."""
    value = _values(crossing, action)
    there = np.floor(_there(design, np.zeros_like(value), action))
    there[value <= 1e-9] = 0
    if there.sum() < number:
        return None
    chosen = _most_valuable(_without_twice(np.minimum(there, number), there), value, number)
    return chosen if chosen.sum() == number else None


def apply(design: Design, taken: np.ndarray, action: str) -> Design:
    """Return the design after `taken` (2, M, M) wins and ties: [0, u, v] wins of u over v (added: of v over u), [1, u, v] ties of both
    (flipped: into wins of v)."""
    wins, ties = taken
    if action == "add":
        return Design(won=design.won + wins.T, tied=design.tied)
    tied = design.tied - ties - ties.T
    turned = wins + ties if action == "flip" else np.zeros_like(wins)
    return Design(won=design.won - wins + turned.T, tied=tied)


def gap_of(design: Design, a: int, b: int, start: np.ndarray) -> float | None:
    """Return theta_b - theta_a of the board's own fit; None where it has none."""
    pairs = pairs_of_design(design)
    if find_components(pairs).number > 1:
        return None
    try:
        theta = fit_pairs(pairs, "half", start).theta
    except (
        ArithmeticError
    ):  # Strengths too far apart for double precision: nothing is claimed of such a board.
        return None
    return float(theta[b] - theta[a])


def _values(at: Crossing, action: str) -> np.ndarray:
    """Return (2, M, M): what one change of a win of u over v, and of a tie of both, takes of the mass."""
    gap = at.reach[None, :] - at.reach[:, None]
    p = chances(at.theta)
    if action == "drop":
        tie = (0.5 - p) * gap
        return np.stack([(1 - p) * gap, np.triu(tie, 1) + np.tril(np.full_like(tie, -1.0))])
    if action == "flip":
        return np.stack([gap, gap / 2])
    return np.stack([p * gap, np.full_like(gap, -1.0)])


def _there(design: Design, taken: np.ndarray, action: str) -> np.ndarray:
    """Return (2, M, M) how many changes are left; ties between two are shared by both directions."""
    if action == "add":
        return np.stack([np.full_like(design.won, 1e12), np.zeros_like(design.won)])
    ties = design.tied - taken[1] - taken[1].T
    return np.stack([design.won - taken[0], ties])


def _mass_of_block(whole: float, left: float) -> float:
    """Return how much of the mass the next block is to take: all of it once little is left."""
    return left if left < 2 * whole / BLOCKS else min(left, whole / BLOCKS)


def _block(value: np.ndarray, there: np.ndarray, mass: float) -> np.ndarray | None:
    """Return (2, M, M) the most valuable changes that are worth `mass`, whole votes; None where nothing helps."""
    flat, left = value.ravel(), there.ravel()
    helpful = np.flatnonzero((flat > 1e-9) & (left >= 1))
    order = helpful[np.argsort(-flat[helpful], kind="stable")]
    if not len(order):
        return None
    amount = np.floor(left[order])
    reached = np.cumsum(flat[order] * amount)
    last = int(np.searchsorted(reached, mass))
    chosen = np.zeros(len(flat))
    chosen[order[: last + 1]] = amount[: last + 1]
    if last < len(order):
        before = reached[last - 1] if last else 0.0
        chosen[order[last]] = min(amount[last], max(1.0, np.ceil((mass - before) / flat[order[last]])))
    return _without_twice(chosen.reshape(value.shape), there)


def _without_twice(block: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Cut ties that both directions of a pair claim to those that there are."""
    ties = block[1]
    block[1] = np.where(ties + ties.T > there[1], np.triu(np.minimum(ties, there[1]), 1), ties)
    return block


def _crossing_after(design: Design, taken: np.ndarray, at: Crossing, action: str) -> Crossing | None:
    try:
        return find_crossing(apply(design, taken, action), at.a, at.b, at.theta)
    except ArithmeticError:
        return None


def _trimmed(
    design: Design,
    crossing: Crossing,
    taken: np.ndarray,
    block: np.ndarray,
    value: np.ndarray,
    action: str,
) -> Witness | None:
    """Return the witness with as much of the last block as is needed, most valuable first, once the board's own fit confirms it."""
    low, high = 0, int(block.sum())
    while low < high:
        number = (low + high) // 2
        after = _crossing_after(design, taken + _most_valuable(block, value, number), crossing, action)
        low, high = (low, number) if after is not None and after.mass <= LEVEL else (number + 1, high)
    tried = taken + _most_valuable(block, value, low)
    gap = gap_of(apply(design, tried, action), crossing.a, crossing.b, crossing.theta)
    if gap is None or gap < -LEVEL:
        return None
    return Witness(changes=changes_of(tried, action), number=int(tried.sum()), gap=gap)


def _most_valuable(block: np.ndarray, value: np.ndarray, number: int) -> np.ndarray:
    """Return the `number` most valuable changes of `block`."""
    order = np.argsort(-np.where(block > 0, value, -np.inf).ravel(), kind="stable")
    amount = block.ravel()[order]
    before = np.cumsum(amount) - amount
    kept = np.zeros(block.size)
    kept[order] = np.clip(number - before, 0, amount)
    return kept.reshape(block.shape)


def changes_of(taken: np.ndarray, action: str) -> tuple[Change, ...]:
    """Return what `taken` (2, M, M) holds, most votes first."""
    wins, ties = taken
    found = []
    for outcome, table in (("won", wins), ("tied", ties)):
        for u, v in np.argwhere(table > 0):
            winner, loser = (v, u) if action == "add" else (u, v)
            found.append(
                Change(
                    action=action,
                    outcome=outcome,
                    winner=int(winner),
                    loser=int(loser),
                    number=int(table[u, v]),
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.number, c.winner, c.loser)))

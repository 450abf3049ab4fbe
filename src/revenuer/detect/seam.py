"""Finds the seam in a group that holds two: two operators who harvest alike, or an operator and the class that does the same task.

Clustering and settling see that accounts are alike; whether they are one cloud or two is asked of their wording once a group has
settled. Counter-move: two pools of one operator that work on different things come apart here, too; a shared mark (a family, a
replay) still names them as one.
"""

import numpy as np

from revenuer.detect.group_fit import MIN_SPREAD
from revenuer.detect.membership import Linkage
from revenuer.stats.two_normals import two_normals

Halves = tuple[np.ndarray, np.ndarray]

SEAM = 10.0
"""log10 of the Bayes factor for two clouds from which a group counts as two: real clouds are not normal."""
MIN_HALF = 8
ODD_ONES = 0.2
"""A half with less than this part of the group are odd ones out: the group goes on without them."""
MOST_TRIMS = 8


def halves(members: np.ndarray, linkage: Linkage) -> Halves | None:
    """Return the two parts of the group `members` (sorted codes), or None where its wording is of one piece."""
    space = linkage.fits[0]
    known = members[space.known[members]]
    if len(known) < 2 * MIN_HALF:
        return None
    noise = space.noise[known][:, None] * space.unit
    found = two_normals(space.at[known], noise, MIN_SPREAD)
    first, second = known[found.first], known[~found.first]
    if found.log10_factor < SEAM or not len(first) or not len(second):
        return None
    return first, second


def trimmed(members: np.ndarray, linkage: Linkage) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return (the group without odd ones out, what was cut off); nothing of the group where it is of two pieces all the same."""
    off: list[np.ndarray] = []
    parts = halves(members, linkage)
    while parts is not None and len(off) < MOST_TRIMS:
        small = min(parts, key=len)
        if len(small) >= ODD_ONES * len(members):
            break
        off.append(small)
        members = np.setdiff1d(members, small, assume_unique=True)
        parts = halves(members, linkage)
    return (members, off) if parts is None else (members[:0], [*off, *parts])

"""Nearest neighbours of every row: exact for few rows, by cells for many; bounded in memory either way.

Source for many: the inverted file of Jégou, Douze and Schmid, Product quantization for nearest neighbor search (IEEE TPAMI 33,
2011), section IV, without the quantisation of what lies in the cells.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

EXACT_ROWS = 24_576
"""Up to so many rows every pair is looked at."""
CANDIDATES = 24_576
"""Beyond, each row is held against at least so many rows of the cells nearest to its own: what one row costs no longer grows."""
CELLS_PER_ROOT = 2.0
"""Cells for each square root of the number of rows."""
_ROUNDS = 6
_SAMPLE_ROWS = 20_000
_BLOCK_FLOATS = 1 << 22

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


def nearest_rows(points: npt.ArrayLike, k: int) -> tuple[Indices, Indices]:
    """Return (row, neighbour) index arrays of the k nearest other rows of each row of `points` (N, D), Euclidean.

    Exact up to EXACT_ROWS rows. For more, some neighbours are missed in favour of others a little farther away: of the account
    spaces of a simulated log, held against 27 % of their rows as 90,000 accounts are, 0.95 and 0.98 of the neighbours were found
    (docs/performance.md). Points without any clumps fare worse. No randomness: equal rows give equal neighbours.
    Distances of N x N are never held at once: blocks of at most 2^22 of them are. Not checked: NaN.
    """
    x = np.ascontiguousarray(points, np.float32)
    n = len(x)
    k = min(k, n - 1)
    if k <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    found = _exact(x, k) if n <= EXACT_ROWS else _by_cells(x, k)
    return np.repeat(np.arange(n), k), found.ravel()


def _exact(x: Floats, k: int) -> Indices:
    everyone = np.arange(len(x))
    norms = np.einsum("nd,nd->n", x, x)
    found = np.empty((len(x), k), np.int64)
    block = max(1, _BLOCK_FLOATS // len(x))
    for low in range(0, len(x), block):
        rows = everyone[low : low + block]
        found[rows] = _nearest_among(x, norms, rows, everyone, rows, k)
    return found


def _by_cells(x: Floats, k: int) -> Indices:
    """Hold each row against the rows of its own cell and of the cells nearest to it."""
    norms = np.einsum("nd,nd->n", x, x)
    centres = _centres(x, int(CELLS_PER_ROOT * len(x) ** 0.5))
    cell = _nearest_centre(x, centres)
    members = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[members], np.arange(len(centres) + 1))
    sizes = np.diff(starts)
    found = np.empty((len(x), k), np.int64)
    for own in np.flatnonzero(sizes):
        order = np.argsort(((centres - centres[own]) ** 2).sum(axis=1), kind="stable")
        order = np.concatenate(([own], order[order != own]))
        probed = order[: int(np.searchsorted(np.cumsum(sizes[order]), CANDIDATES + k)) + 1]
        among = np.concatenate([members[starts[c] : starts[c + 1]] for c in probed])
        rows = members[starts[own] : starts[own + 1]]
        block = max(1, _BLOCK_FLOATS // len(among))
        for low in range(0, len(rows), block):
            part = rows[low : low + block]
            found[part] = among[_nearest_among(x, norms, part, among, np.arange(low, low + len(part)), k)]
    return found


def _nearest_among(x: Floats, norms: Floats, rows: Indices, among: Indices, own: Indices, k: int) -> Indices:
    """Return (len(rows), k) places in `among` of the nearest rows; `own` is each row's own place, which does not count."""
    candidates = x if len(among) == len(x) else x[among]
    distance = norms[None, among] - 2 * (x[rows] @ candidates.T)
    distance[np.arange(len(rows)), own] = np.inf
    nearest = np.empty((len(rows), k), np.int64)
    _smallest(distance, nearest)
    return nearest


@njit(cache=True, nogil=True)
def _smallest(distance: Floats, nearest: Indices) -> None:
    """Write the places of each row's smallest values into `nearest` (rows, k), smallest first; of equal ones the earlier.

    A value that is not among the k smallest so far costs one comparison, and hardly any is: this beats partitioning.
    """
    rows, k = nearest.shape
    held = np.empty(k, distance.dtype)
    for row in range(rows):
        held[:] = np.inf
        for place in range(distance.shape[1]):
            value = distance[row, place]
            if value >= held[k - 1]:
                continue
            at = k - 1
            while at > 0 and held[at - 1] > value:
                held[at], nearest[row, at] = held[at - 1], nearest[row, at - 1]
                at -= 1
            held[at], nearest[row, at] = value, place


def _centres(x: Floats, count: int) -> Floats:
    """Return `count` centres by Lloyd's algorithm on evenly spaced rows, from evenly spaced rows."""
    sample = x[np.linspace(0, len(x) - 1, min(len(x), max(_SAMPLE_ROWS, 32 * count))).astype(np.int64)]
    centres = sample[np.linspace(0, len(sample) - 1, count).astype(np.int64)].copy()
    for _ in range(_ROUNDS):
        cell = _nearest_centre(sample, centres)
        order = np.argsort(cell, kind="stable")
        filled, first = np.unique(cell[order], return_index=True)
        sums = np.add.reduceat(sample[order], first, axis=0)
        centres[filled] = sums / np.diff(np.append(first, len(order)))[:, None]
    return centres


def _nearest_centre(x: Floats, centres: Floats) -> Indices:
    norms = np.einsum("nd,nd->n", centres, centres)
    cell = np.empty(len(x), np.int64)
    block = max(1, _BLOCK_FLOATS // len(centres))
    for low in range(0, len(x), block):
        cell[low : low + block] = (norms - 2 * (x[low : low + block] @ centres.T)).argmin(axis=1)
    return cell

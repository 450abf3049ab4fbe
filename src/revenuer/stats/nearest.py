"""Nearest neighbours of every row, by brute force in blocks: exact, and bounded in memory."""

import numpy as np

_BLOCK_FLOATS = 1 << 24


def nearest_rows(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, neighbour) index arrays of the k nearest other rows of each row of `points` (N, D), Euclidean.

    N x N distances are never held at once: blocks of at most 2^24 of them are.
    """
    x = np.ascontiguousarray(points, np.float32)
    n = len(x)
    k = min(k, n - 1)
    if k <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    norms = np.einsum("nd,nd->n", x, x)
    block = max(1, _BLOCK_FLOATS // n)
    found = np.empty((n, k), np.int64)
    for low in range(0, n, block):
        high = min(low + block, n)
        distance = norms[None, :] - 2 * (x[low:high] @ x.T)
        distance[np.arange(high - low), np.arange(low, high)] = np.inf
        found[low:high] = np.argpartition(distance, k - 1, axis=1)[:, :k]
    return np.repeat(np.arange(n), k), found.ravel()

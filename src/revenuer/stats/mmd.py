"""Two-sample tests by maximum mean discrepancy: do two sets of points come from one distribution?

Source: A. Gretton et al., A Kernel Two-Sample Test, JMLR 13 (2012), lemma 6 (unbiased estimate), section 8 (median heuristic).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSampleTest:
    """MMD^2, its permutation p-value (smallest possible: 1/(permutations + 1)), and both sample sizes."""

    statistic: float
    p_value: float
    n: int
    m: int
    permutations: int


def squared_distances(x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """Return the squared Euclidean distances (len(x), len(y)) by the inner-product identity, clipped at 0."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    d = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(d, 0.0), dtype=np.float64)


def median_bandwidth(rows: npt.ArrayLike, rng: np.random.Generator, *, most: int = 1000) -> float:
    """Return the median distance between distinct rows (of at most `most` of them); 1 where all rows coincide."""
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"expected at least two rows, got shape {x.shape}")
    if len(x) > most:
        x = x[rng.choice(len(x), most, replace=False)]
    d = squared_distances(x, x)[np.triu_indices(len(x), 1)]
    return float(np.sqrt(np.median(d))) or 1.0


def gaussian_kernel(x: npt.ArrayLike, y: npt.ArrayLike, bandwidth: float) -> FloatArray:
    """Return exp(-|x - y|^2 / (2 bandwidth^2)) for every pair."""
    if not bandwidth > 0.0:
        raise ValueError(f"expected a bandwidth above 0, got {bandwidth}")
    return np.asarray(np.exp(-squared_distances(x, y) / (2.0 * bandwidth**2)), dtype=np.float64)


def mmd2_unbiased_reference(x: npt.ArrayLike, y: npt.ArrayLike, bandwidth: float) -> float:
    """Return the unbiased estimate of MMD^2, term by term: the slow, readable form of `mmd2_unbiased`."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    n, m = len(a), len(b)

    def k(u: FloatArray, v: FloatArray) -> float:
        return float(np.exp(-float(((u - v) ** 2).sum()) / (2.0 * bandwidth**2)))

    within_x = sum(k(a[i], a[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(k(b[i], b[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    across = sum(k(u, v) for u in a for v in b) / (n * m)
    return within_x + within_y - 2.0 * across


def mmd2_unbiased(x: npt.ArrayLike, y: npt.ArrayLike, bandwidth: float) -> float:
    """Return the unbiased estimate of MMD^2 with a Gaussian kernel; can be negative. Both samples need two rows."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"expected at least two rows on both sides, got {len(a)} and {len(b)}")
    gram = gaussian_kernel(np.concatenate([a, b]), np.concatenate([a, b]), bandwidth)
    return float(mmd2_of_gram(gram, np.arange(len(a) + len(b))[None, :] < len(a))[0])


def mmd2_of_gram(gram: FloatArray, in_first: npt.NDArray[np.bool_]) -> FloatArray:
    """Return MMD^2 for every row of `in_first` (splits, points), a choice of which points of `gram` are the first sample.

    Points not in the first sample are the second. One matrix product serves all splits.
    """
    s = np.asarray(in_first, dtype=np.float64)
    n, m = s.sum(axis=1), (1.0 - s).sum(axis=1)
    if (np.minimum(n, m) < 2).any():
        raise ValueError("expected at least two points on both sides of every split")
    sk = s @ gram
    total, diagonal = float(gram.sum()), np.diag(gram)
    first = (sk * s).sum(axis=1)
    across = sk.sum(axis=1) - first
    second = total - first - 2.0 * across
    trace_first = s @ diagonal
    trace_second = diagonal.sum() - trace_first
    return np.asarray(
        (first - trace_first) / (n * (n - 1.0))
        + (second - trace_second) / (m * (m - 1.0))
        - 2.0 * across / (n * m),
        dtype=np.float64,
    )


def block_splits(
    blocks: npt.ArrayLike, in_first: npt.ArrayLike, permutations: int, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Return random splits (permutations, points) that move whole blocks, as many blocks first as were given first.

    Points of one account or session are not exchangeable singly; their blocks are, under the null that is being tested.
    Raises ValueError where a block lies on both sides.
    """
    _, block_of = np.unique(np.asarray(blocks), return_inverse=True)
    first = np.asarray(in_first, dtype=np.bool_)
    share = np.bincount(block_of, weights=first) / np.bincount(block_of)
    if ((share > 0.0) & (share < 1.0)).any():
        raise ValueError("expected every block on one side only")
    side = share == 1.0
    return (
        np.stack([rng.permutation(side)[block_of] for _ in range(permutations)])
        if permutations
        else first[None, :0]
    )


def mmd_permutation_test(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    bandwidth: float,
    rng: np.random.Generator,
    *,
    blocks_x: npt.ArrayLike | None = None,
    blocks_y: npt.ArrayLike | None = None,
    permutations: int = 199,
) -> TwoSampleTest:
    """Return MMD^2 with an exact permutation p-value. Memory is quadratic in len(x) + len(y).

    Assumptions: rows (or, where given, whole blocks; equal-sized ones if the sizes are to be matched) are exchangeable under
    the null, and the bandwidth was chosen on neither sample or on both together.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    rows = np.concatenate([a, b])
    in_first = np.arange(len(rows)) < len(a)
    if (blocks_x is None) != (blocks_y is None):
        raise ValueError("expected blocks for both samples or for neither")
    blocks = (
        np.arange(len(rows))
        if blocks_x is None
        else np.concatenate([np.asarray(blocks_x), np.asarray(blocks_y)])
    )
    splits = block_splits(blocks, in_first, permutations, rng)
    values = mmd2_of_gram(gaussian_kernel(rows, rows, bandwidth), np.concatenate([in_first[None], splits]))
    at_least = int((values[1:] >= values[0] - 1e-12).sum())
    return TwoSampleTest(
        statistic=float(values[0]),
        p_value=(1 + at_least) / (permutations + 1),
        n=len(a),
        m=len(b),
        permutations=permutations,
    )

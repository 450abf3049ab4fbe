"""Approximates a Gaussian kernel by explicit features, which makes comparing two samples linear in the number of points.

Source: A. Rahimi, B. Recht, Random Features for Large-Scale Kernel Machines, NIPS 2007, algorithm 1 (cosine and sine pairs).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomFeatures:
    """`apply(x)` has inner products that estimate the kernel; the error falls as 1/sqrt(number of frequencies)."""

    frequencies: npt.NDArray[np.float32]
    bandwidth: float

    def apply(self, rows: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return float32 (n, 2 * frequencies), each row of length 1."""
        angle = np.asarray(rows, dtype=np.float32) @ self.frequencies
        features = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
        return np.asarray(features / np.sqrt(np.float32(self.frequencies.shape[1])), dtype=np.float32)


def draw_random_features(dim: int, count: int, bandwidth: float, rng: np.random.Generator) -> RandomFeatures:
    """Return `count` random frequencies for the kernel exp(-|x - y|^2 / (2 bandwidth^2)) on `dim` columns."""
    if dim < 1 or count < 1 or not bandwidth > 0.0:
        raise ValueError(f"expected positive dim, count and bandwidth, got {dim}, {count}, {bandwidth}")
    frequencies = (rng.standard_normal((dim, count)) / bandwidth).astype(np.float32)
    return RandomFeatures(frequencies=frequencies, bandwidth=bandwidth)

"""Describes rows by fixed features whose means tell one sample from another, and measures the difference in four ways.

shift: whitened means (Hotelling); kernel: random Fourier features (MMD); crowds: cells with more rows than they should have;
outliers: rows far from a second sample, counted above several levels at once.
Sources: A. Gretton et al., JMLR 13 (2012); D. Donoho, J. Jin, Annals of Statistics 32 (2004), for tails at several levels;
E. B. Wilson, M. M. Hilferty, PNAS 17 (1931), for the cube root.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from revenuer.stats.gaussian_kernel import median_bandwidth, squared_distances
from revenuer.stats.kmeans import fit_centres, nearest_centre
from revenuer.stats.random_features import RandomFeatures, draw_random_features
from revenuer.stats.whitening import Whitening, fit_whitening

Rows = npt.NDArray[np.float32]
STATISTICS = ("shift", "kernel", "crowds", "outliers")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureConfig:
    """Sizes of the parts. Chosen for power on the development prompts (docs/window-test.md); the optima are flat."""

    max_density_rows: int = 3000
    frequencies: int = 256
    cells: int = 96
    shift_ridge: float = 0.02
    space_ridge: float = 0.1
    neighbour: int = 30
    tail_levels: tuple[float, ...] = (0.3, 0.2, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureMap:
    """Maps rows to [whitened | random Fourier | one-hot cell | novelty above each level]; fitted once, then fixed."""

    column_scale: npt.NDArray[np.float64]
    shift: Whitening
    space: Whitening
    kernel: RandomFeatures
    centres: npt.NDArray[np.float64]
    density: Rows
    neighbour: int
    novelty_cuts: npt.NDArray[np.float64]

    def novelty(self, in_space: Rows) -> npt.NDArray[np.float64]:
        """Return the distance to the `neighbour`-th nearest row of the second part."""
        k = min(self.neighbour, len(self.density) - 1)
        parts = [
            np.partition(squared_distances(in_space[i : i + 2048], self.density), k, axis=1)[:, k]
            for i in range(0, len(in_space), 2048)
        ]
        return np.asarray(np.sqrt(np.concatenate(parts)), dtype=np.float64)

    def apply(self, rows: npt.ArrayLike) -> Rows:
        x = np.asarray(rows, dtype=np.float64) / self.column_scale
        in_space = self.space.apply(x)
        cell = np.eye(len(self.centres), dtype=np.float32)[nearest_centre(in_space, self.centres)]
        tails = (self.novelty(in_space)[:, None] > self.novelty_cuts).astype(np.float32)
        return np.concatenate([self.shift.apply(x), self.kernel.apply(in_space), cell, tails], axis=1)

    @property
    def widths(self) -> tuple[int, int, int, int]:
        return (
            self.shift.mean.size,
            2 * self.kernel.frequencies.shape[1],
            len(self.centres),
            self.novelty_cuts.size,
        )


def fit_features(
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    config: FeatureConfig,
    rng: np.random.Generator,
) -> FeatureMap:
    """Return the map whose scales, whitening, kernel and cells come from `first` and whose novelty is measured from `second`.

    Both are benign rows (n, d) that are used for nothing else; any unit, since columns are divided by their spread.
    """
    spread = first.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    shift = fit_whitening(first / scale, ridge=config.shift_ridge)
    space = fit_whitening(first / scale, ridge=config.space_ridge)
    x = space.apply(first / scale)
    bandwidth = median_bandwidth(x, rng)
    kernel = draw_random_features(x.shape[1], config.frequencies, bandwidth, rng)
    centres = fit_centres(x, config.cells, rng)
    density = space.apply(second[: config.max_density_rows] / scale)
    uncut = FeatureMap(
        column_scale=scale,
        shift=shift,
        space=space,
        kernel=kernel,
        centres=centres,
        density=density,
        neighbour=config.neighbour,
        novelty_cuts=np.zeros(len(config.tail_levels)),
    )
    return replace(uncut, novelty_cuts=np.quantile(uncut.novelty(x), 1.0 - np.asarray(config.tail_levels)))


def window_statistics(
    window: Rows, rest: Rows, n: int, m: int, widths: tuple[int, int, int, int]
) -> npt.NDArray[np.float64]:
    """Return the four statistics, (windows, 4), from the mean features of windows of n rows and of the m rows beside them.

    Roots (cube root of a sum of squares, after Wilson and Hilferty) make the null near enough to normal to be standardised.
    """
    a, b, c, d = np.cumsum(widths)
    difference = (window - rest).astype(np.float64)
    pooled = (n * window.astype(np.float64) + m * rest) / (n + m)
    spread = 1.0 / n + 1.0 / m
    cells = difference[:, b:c] / np.sqrt((pooled[:, b:c] + 0.5 / (n + m)) * spread)
    share = pooled[:, c:d]
    tails = difference[:, c:d] / np.sqrt(np.maximum(share * (1.0 - share), 1e-6) * spread)
    return np.stack(
        [
            np.cbrt((difference[:, :a] ** 2).sum(axis=1)),
            np.cbrt((difference[:, a:b] ** 2).sum(axis=1)),
            np.cbrt((np.maximum(cells, 0.0) ** 3).sum(axis=1)),
            np.maximum(tails, 0.0).sum(axis=1),
        ],
        axis=1,
    )


def combine(standardised: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the sum over the statistics of log(1 + exp(2 z)) / 2: about max(z, 0), but without ties, so that p is uniform.

    One-sided, because prompts in the thick of history have fewer outliers than usual, which must not excuse a shift.
    """
    return np.asarray((np.logaddexp(0.0, 2.0 * standardised) / 2.0).sum(axis=1), dtype=np.float64)

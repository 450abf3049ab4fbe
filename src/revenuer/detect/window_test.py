"""Tests whether a window of prompts could have come from a deployment's own benign history, and which prompts could not.

History is split in three parts that are used for one thing each: the first fits scales, whitening and kernel, the second is what
novelty is measured against, the third gives the expected mean features and the null windows. A window is described by the mean of
fixed features and compared with the third part in four ways:

    shift     squared distance of whitened means (Hotelling): many prompts, each a little different
    kernel    the same of random Fourier features (MMD): differences of shape that leave the mean alone
    crowds    cells of the space that hold more prompts than they should: prompts near each other where history is thin
    outliers  more prompts than usual far from every prompt of the second part

Their standardised values, negative ones hardly counted, are added up; the sum is compared with the same sum of benign windows of
the same size (or with the same number of prompts per account), each compared with the rest of the third part.

Look-alike: a new product or an honest customer whose topic the history lacks is as foreign as a harvester. This test says "not
from this history", never "attack"; `judge` weighs it. An account is not a random sample of its deployment: give `blocks`, or every
honest specialist is rejected. Evasion: prompts drawn from the history itself are invisible here.
Not checked: that history is benign, and that it is recent enough.
Sources: A. Gretton et al., JMLR 13 (2012); D. Donoho, J. Jin, Ann. Stat. 32 (2004) for tails at several levels; V. Vovk et al. 2005
for the p-value; V. Vovk, R. Wang, Ann. Stat. 49 (2021) for the e-value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from revenuer.records.campaign import Outcome
from revenuer.records.errors import InputError, UsageError
from revenuer.stats.conformal import benign_p_value
from revenuer.stats.e_values import log10_e_from_p_mixture
from revenuer.stats.mixture_share import ForeignShare, foreign_share
from revenuer.stats.window_features import (
    STATISTICS,
    FeatureConfig,
    FeatureMap,
    Rows,
    combine,
    fit_features,
    window_statistics,
)

MIN_HISTORY = 600
"""Prompts of history below which the three parts are too small to mean anything (200 each)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowConfig:
    """How history is split, how many benign windows make the null, and the level of the outcome."""

    representation_share: float = 0.25
    density_share: float = 0.15
    max_calibration_rows: int = 20_000
    null_windows: int = 2000
    level: float = 0.01
    features: FeatureConfig = field(default_factory=FeatureConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowNull:
    """What benign windows of one shape give: location and scale of each statistic (first half of the windows) and the sorted
    combined statistic (second half). `independent` is how many such windows the calibration part could hold without overlap."""

    sizes: tuple[int, ...]
    location: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    combined: npt.NDArray[np.float64]
    independent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """Whether a window of n prompts is foreign to the history.

    `p_value` is never below 1/(null_windows + 1), and `log10_e` is made from it: more history is needed for stronger statements.
    `parts` holds the standardised statistics by name. `harvest` has the share of prompts that history does not explain
    (`low`, `high`) and for each prompt the chance that it is one of them; None where not evaluated.
    """

    outcome: Outcome
    reason: str
    p_value: float
    log10_e: float
    statistic: float
    parts: dict[str, float]
    n: int
    null_windows: int
    independent_windows: float
    harvest: ForeignShare | None

    @property
    def e_value(self) -> float:
        return float(10.0**self.log10_e)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowReference:
    """A deployment's benign history, ready to be compared with; nothing in it changes after `fit`.

    `calibration` holds the features of the third part, `blocks` the account of each of its rows (-1: rows are independent).
    """

    features: FeatureMap
    calibration: Rows
    calibration_mean: npt.NDArray[np.float64]
    blocks: npt.NDArray[np.int64]
    config: WindowConfig
    seed: int

    def draw_null(self, sizes: Sequence[int]) -> WindowNull:
        """Return the null for windows in which account i sent sizes[i] prompts (one entry: the whole window).

        Deterministic for a reference and sizes, so a caller may keep it for windows of the same shape.
        Raises InputError where the calibration part is too small for such windows.
        """
        n, total = sum(sizes), len(self.calibration)
        if n < 2 or 2 * n > total:
            raise InputError(
                f"windows of {n} prompts need {2 * max(n, 2)} prompts of calibration history, got {total}; "
                "give more history or test a smaller window"
            )
        rng = np.random.default_rng([self.seed, *sizes])
        rows = self._null_rows(sizes, rng)
        count = self.config.null_windows
        pick = sparse.csr_matrix(
            (np.ones(count * n, np.float32), rows.ravel(), np.arange(0, count * n + 1, n)),
            shape=(count, total),
        )
        sums = pick @ self.calibration
        everything = self.calibration_mean * total
        rest = ((everything - sums) / (total - n)).astype(np.float32)
        values = window_statistics(sums / np.float32(n), rest, n, total - n, self.features.widths)
        half = count // 2
        location, scale = values[:half].mean(axis=0), np.maximum(values[:half].std(axis=0), 1e-12)
        combined = np.sort(combine((values[half:] - location) / scale))
        return WindowNull(
            sizes=tuple(sizes), location=location, scale=scale, combined=combined, independent=total / n
        )

    def _null_rows(self, sizes: Sequence[int], rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return calibration rows (null_windows, n): random ones, or random accounts with enough prompts for each size."""
        total, count = len(self.calibration), self.config.null_windows
        if self.blocks[0] < 0:
            return np.stack([rng.choice(total, sum(sizes), replace=False) for _ in range(count)])
        order = np.argsort(self.blocks, kind="stable")
        _, begin, held = np.unique(self.blocks[order], return_index=True, return_counts=True)
        largest_first = sorted(sizes, reverse=True)
        if (held >= largest_first[0]).sum() < 10 * len(sizes):
            raise InputError(
                f"{len(sizes)} accounts of up to {largest_first[0]} prompts need {10 * len(sizes)} such accounts in the "
                f"calibration history, got {int((held >= largest_first[0]).sum())}; cut the accounts' prompts down to fewer"
            )
        out = np.empty((count, sum(sizes)), np.int64)
        for w in range(count):
            chosen = rng.choice(np.flatnonzero(held >= largest_first[0]), len(sizes), replace=False)
            out[w] = np.concatenate(
                [
                    order[begin[b] + rng.choice(held[b], size, replace=False)]
                    for b, size in zip(chosen, largest_first, strict=True)
                ]
            )
        return out

    def test(
        self, window: npt.ArrayLike, *, sizes: Sequence[int] | None = None, null: WindowNull | None = None
    ) -> WindowResult:
        """Return whether `window` (n rows like those of `fit`) is foreign to the history.

        `sizes` says how many of the rows each account sent (default: rows are independent); pass `null` from `draw_null` to test many
        windows of one shape. Where the history is too small the outcome is `not_evaluated`, with the reason, p = 1 and e = 1.
        Raises UsageError where shapes disagree.
        """
        rows = np.asarray(window, dtype=np.float32)
        width = self.features.column_scale.size
        if rows.ndim != 2 or rows.shape[1] != width or not np.isfinite(rows).all():
            raise UsageError(f"expected a finite window of {width} columns, got shape {rows.shape}")
        shape = (
            tuple(sizes) if sizes is not None else ((1,) * len(rows) if self.blocks[0] >= 0 else (len(rows),))
        )
        if sum(shape) != len(rows) or (null is not None and sum(null.sizes) != len(rows)):
            raise UsageError(f"expected sizes and a null for {len(rows)} prompts, got {sum(shape)}")
        try:
            null = null or self.draw_null(shape)
        except InputError as error:
            return _not_evaluated(len(rows), str(error))
        features = self.features.apply(rows)
        parts, combined = self.compare(features, null)
        p_value = benign_p_value(combined, null.combined)
        return WindowResult(
            outcome=Outcome.POSITIVE if p_value <= self.config.level else Outcome.NEGATIVE,
            reason=f"{null.combined.size} null windows of {len(rows)} prompts, {null.independent:.1f} without overlap",
            p_value=p_value,
            log10_e=float(log10_e_from_p_mixture(p_value)),
            statistic=combined,
            parts=dict(zip(STATISTICS, parts.tolist(), strict=True)),
            n=len(rows),
            null_windows=null.combined.size,
            independent_windows=null.independent,
            harvest=self._attribute(features),
        )

    def compare(self, features: Rows, null: WindowNull) -> tuple[npt.NDArray[np.float64], float]:
        """Return the standardised statistics and their sum for a window already mapped by `features.apply`.

        A null window is compared with the total - n rows beside it, this one with all: its difference is stretched by the ratio
        of the standard deviations, total / sqrt((total - n) (total + n)), so that both have the same null variance.
        """
        n, total, mean = len(features), len(self.calibration), self.calibration_mean
        stretch = total / np.sqrt(float(total - n) * float(total + n))
        window = mean + stretch * (features.mean(axis=0, dtype=np.float64) - mean)
        values = window_statistics(
            window[None].astype(np.float32), mean[None].astype(np.float32), n, total - n, self.features.widths
        )[0]
        parts = (values - null.location) / null.scale
        return parts, float(combine(parts[None])[0])

    def _attribute(self, features: Rows) -> ForeignShare:
        """Return the foreign share and each prompt's chance to be foreign, from how much a prompt leans the way that the
        others of its window lean (itself left out, or every prompt would vouch for itself)."""
        n = len(features)
        mean = self.calibration_mean
        sums = features.sum(axis=0, dtype=np.float64)
        a, b, _, _ = np.cumsum(self.features.widths)
        window = np.zeros(n)
        reference = np.zeros(len(self.calibration))
        total = len(self.calibration)
        for block in (slice(0, a), slice(a, b)):
            others = (sums[block] - features[:, block]) / max(n - 1, 1) - mean[block]
            lean = ((features[:, block] - mean[block]) * others).sum(axis=1)
            # A calibration row pulls the mean it is measured from towards itself; it is left out of it, too.
            centred = self.calibration[:, block] - mean[block]
            usual = centred @ (sums[block] / n - mean[block]) + (centred**2).sum(axis=1) / (total - 1)
            usual *= total / (total - 1)
            unit = max(float(usual.std()), 1e-12)
            window += lean / unit
            reference += usual / unit
        return foreign_share(window, reference)


def _not_evaluated(n: int, reason: str) -> WindowResult:
    return WindowResult(
        outcome=Outcome.NOT_EVALUATED,
        reason=reason,
        p_value=1.0,
        log10_e=0.0,
        statistic=0.0,
        parts={},
        n=n,
        null_windows=0,
        independent_windows=0.0,
        harvest=None,
    )


def fit(
    reference_rows: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    blocks: npt.ArrayLike | None = None,
    config: WindowConfig | None = None,
) -> WindowReference:
    """Return a deployment's benign history, split, fitted and ready for `test`.

    `reference_rows` (n, d): embeddings of past prompts, and further columns where wanted (any unit: columns are scaled);
    `blocks` (n,): who sent each; the split then keeps an account in one part. Raises InputError below MIN_HISTORY rows.
    """
    config = config or WindowConfig()
    rows = np.asarray(reference_rows, dtype=np.float32)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise UsageError(f"expected finite rows (n, d), got shape {rows.shape}")
    if len(rows) < MIN_HISTORY:
        raise InputError(f"a window test needs {MIN_HISTORY} prompts of benign history, got {len(rows)}")
    names = np.arange(len(rows)) if blocks is None else np.unique(np.asarray(blocks), return_inverse=True)[1]
    place = rng.permutation(int(names.max()) + 1)[names] / (int(names.max()) + 1)
    cut = config.representation_share + config.density_share
    parts = [
        rng.permutation(np.flatnonzero(inside))
        for inside in (
            place < config.representation_share,
            (place >= config.representation_share) & (place < cut),
            place >= cut,
        )
    ]
    if min(len(p) for p in parts) < MIN_HISTORY // 10:
        raise InputError("one account sent nearly all of the history; give a history of more accounts")
    first, second = (rows[p].astype(np.float64) for p in parts[:2])
    third = parts[2][: config.max_calibration_rows]
    features = fit_features(first, second, config.features, rng)
    calibration = features.apply(rows[third])
    return WindowReference(
        features=features,
        calibration=calibration,
        calibration_mean=calibration.mean(axis=0, dtype=np.float64),
        blocks=np.full(len(third), -1) if blocks is None else names[third],
        config=config,
        seed=int(rng.integers(2**62)),
    )

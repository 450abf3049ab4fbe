"""p-values whose null is our own secret randomness: ranks among decoys, sign flips; and Holm's correction."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def rank_p_value(value: float, decoys: npt.ArrayLike) -> float:
    """Return (1 + #{decoy >= value}) / (decoys + 1): exact when `value` is exchangeable with the decoys, at least 1 / (decoys + 1).

    Raises ValueError for NaN. Source: E. L. Lehmann, J. P. Romano, Testing Statistical Hypotheses, 3rd ed., section 15.2.1.
    """
    sample = np.asarray(decoys, np.float64)
    if np.isnan(value) or np.isnan(sample).any():
        raise ValueError("expected statistics without NaN; leave out what was not evaluated")
    return float((1 + int((sample >= value).sum())) / (sample.size + 1))


def sign_flip_p_value(differences: npt.ArrayLike, rng: np.random.Generator, draws: int = 19_999) -> float:
    """Return the one-sided p-value of the sum of `differences` when each sign was a fair coin: exact up to 14 of them, else by `draws`
    random flips (then at least 1 / (draws + 1), and still valid).

    Raises ValueError for NaN or nothing.
    """
    d = np.asarray(differences, np.float64)
    if d.size == 0 or np.isnan(d).any():
        raise ValueError("expected at least one difference and no NaN")
    observed = float(d.sum())
    slack = 1e-9 * float(np.abs(d).sum())
    if d.size <= 14:
        signs = 1.0 - 2.0 * ((np.arange(1 << d.size)[:, None] >> np.arange(d.size)) & 1)
        return float((signs @ d >= observed - slack).mean())
    at_least, block = 0, max(1, 4_000_000 // d.size)
    for low in range(0, draws, block):
        signs = rng.integers(0, 2, (min(block, draws - low), d.size), np.int8) * 2 - 1
        at_least += int((signs @ d >= observed - slack).sum())
    return (1 + at_least) / (draws + 1)


def holm(log10_p: Sequence[float]) -> list[float]:
    """Return log10 of Holm's adjusted p-values, in the order given: family-wise error at most alpha under any dependence.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
    """
    order = sorted(range(len(log10_p)), key=lambda i: log10_p[i])
    adjusted = [0.0] * len(log10_p)
    largest = -np.inf
    for rank, i in enumerate(order):
        largest = max(largest, log10_p[i] + float(np.log10(len(log10_p) - rank)))
        adjusted[i] = min(float(largest), 0.0)
    return adjusted

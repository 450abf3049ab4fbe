"""Compares one value with values that benign traffic gave: p-values that need no model of the null."""

import numpy as np
import numpy.typing as npt


def benign_p_value(value: float, null: npt.ArrayLike) -> float:
    """Return (1 + #{null >= value}) / (n + 1): how often benign values are at least this large.

    Valid at any n when `value` is exchangeable with `null` under the null hypothesis, which means: computed in the same way, from
    as many requests, with a representation fitted on neither. Its smallest value is 1/(n + 1): n says what the answer can resolve.
    Raises ValueError for NaN. Source: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005, section 2.2.
    """
    return float(benign_p_values([value], null)[0])


def benign_p_values(values: npt.ArrayLike, null: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the p-value of each of `values` against the same null sample; they are dependent through it."""
    v, sample = np.asarray(values, dtype=np.float64), np.sort(np.asarray(null, dtype=np.float64), axis=None)
    if np.isnan(v).any() or np.isnan(sample).any():
        raise ValueError("expected statistics without NaN; leave out windows that were not evaluated")
    at_least = sample.size - np.searchsorted(sample, v, side="left")
    return np.asarray((1.0 + at_least) / (sample.size + 1.0), dtype=np.float64)

"""Bets, record after record, that the lot chose candidates that score higher: evidence that may be looked at at any time.

Each bet pays, on average over a fair lot, what was staked, so wealth is an e-process: the chance that it ever reaches c is at most 1/c if
the lot had no influence, however often it is looked at and whenever the collection stops. Source: J. Ville 1939; V. Vovk, R. Wang,
Annals of Statistics 49 (2021), 1736-1754.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

TILTS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Stakes are spread evenly over these: how much likelier a candidate is to be the chosen one for each unit that it scores higher."""
LARGEST = 4.0


def log10_wealth(scores: Sequence[FloatArray], chosen: Sequence[int]) -> FloatArray:
    """Return log10 of the wealth after each record, in the order given; it starts at 1.

    The bet on a record uses the scores of its candidates and of earlier records, never who was chosen in it or later: candidates'
    deviations from their mean are measured in median deviations of the records so far, at most 4 of them.
    Assumes that scores of a record do not change when later ones come. Raises ValueError as `log10_chosen_tail` does.
    """
    if not scores or len(scores) != len(chosen):
        raise ValueError(
            f"expected as many choices as records and at least one, got {len(scores)}, {len(chosen)}"
        )
    tilts = np.asarray(TILTS)
    wealth = np.zeros(tilts.size)
    path = np.empty(len(scores))
    seen: list[FloatArray] = []
    for i, (score, choice) in enumerate(zip(scores, chosen, strict=True)):
        deviations = score - score.mean()
        seen.append(np.abs(deviations))
        units = np.clip(deviations / _scale(seen), -LARGEST, LARGEST)
        # Units and tilts are small: their exponentials neither overflow nor vanish.
        payoffs = np.exp(tilts[:, None] * units)
        wealth += np.log(payoffs[:, choice] / payoffs.mean(axis=1))
        path[i] = np.logaddexp.reduce(wealth) - np.log(tilts.size)
    return np.asarray(path / np.log(10.0), np.float64)


def _scale(seen: Sequence[FloatArray]) -> float:
    # The last 200 records tell the scale as well as all of them, at a constant cost.
    recent = np.concatenate(seen[-200:])
    differing = recent[recent > 1e-12]
    return float(np.median(differing)) if differing.size else 1.0

"""Votes summed by account and model: one row for each model that an account met."""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.rigging.ledger import Incidences


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """k rows: `voter`, `model` (k,), `of` (2n,) the row of each incidence or -1 where the voter is not
    known."""

    voter: np.ndarray
    model: np.ndarray
    of: np.ndarray

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Return (k,) sums of the incidences' `values` (2n,)."""
        known = self.of >= 0
        return np.bincount(self.of[known], values[known], len(self.voter))


def cells_of(rows: Incidences, models: int) -> Cells:
    """Return the cells of all incidences whose voter is known."""
    known = rows.voter >= 0
    code, index = np.unique(rows.voter[known] * models + rows.model[known], return_inverse=True)
    of = np.full(len(rows.voter), -1)
    of[known] = index
    return Cells(voter=code // models, model=code % models, of=of)


def strongest(cells: Cells, evidence: np.ndarray, voters: int) -> np.ndarray:
    """Return (V,) the row with the most `evidence` (k,) of each voter, -1 where there is none."""
    best = np.full(voters, -1)
    order = np.argsort(evidence, kind="stable")
    best[cells.voter[order]] = order
    return best

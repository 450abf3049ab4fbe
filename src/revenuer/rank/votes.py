"""Votes as arrays, and their counts by pair: all that a rating model without covariates needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from revenuer.records import InputError, QuarantinedRow

A_WON, B_WON, TIE, BOTH_BAD = range(4)
MOST_MODELS = 4_000
"""A table of all their pairs and outcomes takes half a gigabyte."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """N votes on M models. `a`, `b` (N,) int32 places in `models`; `outcome` (N,) int8: A_WON, B_WON, TIE or BOTH_BAD.

    `voter`, `prompt` (N,) int32 codes (-1: not known) with `voters` the voters' names; `time_us` (N,) int64 microseconds since 1970
    (the least int64: not known); `weight` (N,) finite and positive; each None where the input has no such column. `style` holds
    one array (N,) a covariate, NaN where unknown. `quarantined` rows were not used, so many for each of `reasons`; the first of
    them are in `quarantine`.
    """

    models: tuple[str, ...]
    a: np.ndarray
    b: np.ndarray
    outcome: np.ndarray
    voter: np.ndarray | None = None
    voters: pa.Array | None = None
    prompt: np.ndarray | None = None
    time_us: np.ndarray | None = None
    weight: np.ndarray | None = None
    style: Mapping[str, np.ndarray] = field(default_factory=dict)
    source: str = ""
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    quarantine: tuple[QuarantinedRow, ...] = ()

    @property
    def size(self) -> int:
        """Number of votes."""
        return len(self.a)

    def chosen(self, keep: np.ndarray) -> "Votes":
        """Return the votes that `keep` (N,) bool or places marks; models and voters keep their codes."""
        return Votes(
            models=self.models,
            a=self.a[keep],
            b=self.b[keep],
            outcome=self.outcome[keep],
            voter=None if self.voter is None else self.voter[keep],
            voters=self.voters,
            prompt=None if self.prompt is None else self.prompt[keep],
            time_us=None if self.time_us is None else self.time_us[keep],
            weight=None if self.weight is None else self.weight[keep],
            style={name: values[keep] for name, values in self.style.items()},
            source=self.source,
            quarantined=self.quarantined,
            reasons=self.reasons,
            quarantine=self.quarantine,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Votes counted by pair: `first` < `second` (E,) places in `models`; `counts` (E, 4) summed weights of first won, second won,
    tie, both bad; `squares` (E, 4) summed squared weights (equal to `counts` where every vote weighs 1)."""

    models: tuple[str, ...]
    first: np.ndarray
    second: np.ndarray
    counts: np.ndarray
    squares: np.ndarray

    @property
    def per_model(self) -> np.ndarray:
        """Summed weight of the votes on each model, (M,)."""
        each = self.counts.sum(axis=1)
        size = len(self.models)
        return np.bincount(self.first, each, size) + np.bincount(self.second, each, size)

    def restricted(self, models: np.ndarray) -> "Tally":
        """Return the tally of the pairs within `models` (sorted codes), which are renumbered in order."""
        place = np.full(len(self.models), -1)
        place[models] = np.arange(len(models))
        kept = (place[self.first] >= 0) & (place[self.second] >= 0)
        return Tally(
            models=tuple(self.models[code] for code in models),
            first=place[self.first[kept]],
            second=place[self.second[kept]],
            counts=self.counts[kept],
            squares=self.squares[kept],
        )

    def with_counts(self, counts: np.ndarray) -> "Tally":
        """Return the same pairs with other counts of votes of weight 1."""
        return Tally(models=self.models, first=self.first, second=self.second, counts=counts, squares=counts)


def tally(votes: Votes) -> Tally:
    """Count `votes` by pair. Raises InputError for more models than a table of all pairs can hold."""
    size = len(votes.models)
    if size > MOST_MODELS:
        raise InputError(
            f"{votes.source} names {size:,} models, more than {MOST_MODELS:,}; are model_a and model_b the columns of models?"
        )
    cells = size * size * 4
    counts, squares = np.zeros(cells), np.zeros(cells)
    for low in range(0, votes.size, _CHUNK):
        part = slice(low, low + _CHUNK)
        cell = cell_of(votes.a[part], votes.b[part], votes.outcome[part], size)
        if votes.weight is None:
            counts += np.bincount(cell, minlength=cells)
        else:
            counts += np.bincount(cell, votes.weight[part], cells)
            squares += np.bincount(cell, votes.weight[part] ** 2, cells)
    used = np.flatnonzero(counts.reshape(-1, 4).any(axis=1))
    chosen = counts.reshape(-1, 4)[used]
    return Tally(
        models=votes.models,
        first=used // size,
        second=used % size,
        counts=chosen,
        squares=chosen if votes.weight is None else squares.reshape(-1, 4)[used],
    )


def cell_of(a: np.ndarray, b: np.ndarray, outcome: np.ndarray, size: int) -> np.ndarray:
    """Return the cell of each vote in the flattened table (size, size, 4) of ordered pairs, the lower model first."""
    turned = a > b
    seen = np.where(turned & (outcome <= B_WON), 1 - outcome, outcome)
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b)
    cell: np.ndarray = (low * size + high) * 4 + seen
    return cell


def votes_of_tally(models: tuple[str, ...], pairs: np.ndarray, counts: np.ndarray, source: str) -> Votes:
    """Return one vote for each that the counts (E, 4) by `pairs` (E, 2) hold."""
    each = counts.ravel()
    outcome = np.tile(np.arange(4, dtype=np.int8), len(pairs))
    return Votes(
        models=models,
        a=np.repeat(np.repeat(pairs[:, 0], 4), each).astype(np.int32),
        b=np.repeat(np.repeat(pairs[:, 1], 4), each).astype(np.int32),
        outcome=np.repeat(outcome, each),
        source=source,
    )

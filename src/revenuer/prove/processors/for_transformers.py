"""Marks in transformers' `generate`: `model.generate(..., logits_processor=[mark_processor(candidate)])`."""

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.processors.marked_rows import MarkedRow, Sampling, mark_rows, system_coin
from revenuer.records import MissingDependencyError, UsageError


def mark_processor(
    candidates: Candidate | Sequence[Candidate | None],
    sampling: Sampling | None = None,
    rng: np.random.Generator | None = None,
) -> Any:
    """Return a `LogitsProcessor` for one call of `generate`.

    `candidates`: the key for every row of the batch, or one for each row, None = that row is left as it is, to the bit. `sampling`: for Gumbel
    marks, which choose the token themselves: give temperature and truncation here, and not to `generate`. `rng`: throws the
    coins of dual Gumbel marks, by default the system does. Raises UsageError for a scheme that cannot be put on, MissingDependencyError without transformers.
    """
    coins = system_coin if rng is None else rng.random
    return _processor_class()(candidates, sampling or Sampling(), coins)


class _Marking:
    """The processor without transformers' base class. Assumes sampling or greedy search: beams change their rows."""

    def __init__(
        self,
        candidates: Candidate | Sequence[Candidate | None],
        sampling: Sampling,
        coins: Callable[[], float],
    ) -> None:
        self._shared = candidates if isinstance(candidates, Candidate) else None
        self._single = () if isinstance(candidates, Candidate) else tuple(candidates)
        self._sampling = sampling
        self._coins = coins
        for candidate in filter(None, (self._shared, *self._single)):
            self._row(candidate)
        self._rows: dict[int, MarkedRow] | None = None
        self._before = torch.empty((0, 0), dtype=torch.int64)
        self._prompt = 0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores, shape (batch, vocabulary), with the marks. Raises UsageError where this is no next step of the same call."""
        if self._rows is None:
            self._rows = self._begin(input_ids)
        elif input_ids.shape[1] != self._before.shape[1] + 1 or not torch.equal(
            input_ids[:, :-1], self._before
        ):
            raise UsageError(
                "these are not the rows of the step before: make a new processor for each call of generate, without beams"
            )
        self._before = input_ids
        written = {row: input_ids[row, self._prompt :].tolist() for row in self._rows}
        return mark_rows(scores.clone(), self._rows, written) if self._rows else scores

    def _begin(self, input_ids: torch.Tensor) -> dict[int, MarkedRow]:
        self._prompt = input_ids.shape[1]
        batch = input_ids.shape[0]
        candidates = [self._shared] * batch if self._shared is not None else list(self._single)
        if len(candidates) != batch:
            raise UsageError(
                f"got keys for {len(candidates)} rows and a batch of {batch}; give each row its own"
            )
        return {i: self._row(one) for i, one in enumerate(candidates) if one is not None}

    def _row(self, candidate: Candidate) -> MarkedRow:
        return MarkedRow(candidate=candidate, sampling=self._sampling, coins=self._coins)


@cache
def _processor_class() -> type:
    try:
        base = importlib.import_module("transformers").LogitsProcessor
    except ImportError as error:
        raise MissingDependencyError("marks in transformers need it; install revenuer[prove]") from error
    return type("MarkLogitsProcessor", (_Marking, base), {"__module__": __name__})

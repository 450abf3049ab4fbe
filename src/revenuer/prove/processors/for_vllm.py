"""Marks in vLLM: `--logits-processors revenuer.prove.processors.for_vllm:MarkLogitsProcessor` (or `:MarkLogitsProcessorV1`).

vLLM 0.33.0 has two model runners with an interface each. `MarkLogitsProcessor` is of Model Runner V2's, the default where Triton is;
`MarkLogitsProcessorV1` of the older one's, which is also that of versions before. A request is marked where its `vllm_xargs` hold
`revenuer_mark`, as guard's fronts write it; any other keeps its logits to the bit. No entry point is registered: vLLM's V2 runner refuses to start
beside an installed plug-in of the other interface. Not for speculative decoding: what is drafted would be unmarked.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch

from revenuer.prove.processors.marked_rows import MarkedRow, mark_rows
from revenuer.prove.processors.served_marks import ServedMarks
from revenuer.records import MissingDependencyError, UsageError

V1, V2 = "vllm.v1.sample.logits_processor", "vllm.v1.worker.gpu.sample.logits_processor"


class RunnerV1:
    """The processor for the older runner, without vLLM's base class."""

    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        """Raises UsageError or InputError where the environment names no master key."""
        self._marks = ServedMarks()
        self._rows: dict[int, tuple[MarkedRow, Sequence[int]]] = {}

    def is_argmax_invariant(self) -> bool:
        return False

    def update_state(self, batch_update: Any) -> None:
        """Follow requests that join, leave and move. The list of a request's output tokens is vLLM's own, which grows."""
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._rows.pop(index, None)
        for index, parameters, _, written in batch_update.added:
            row = self._marks.row(parameters)
            self._rows.pop(index, None)
            if row is not None:
                self._rows[index] = (row, written)
        for one, other, direction in batch_update.moved:
            moved, replaced = self._rows.pop(one, None), self._rows.pop(other, None)
            if moved is not None:
                self._rows[other] = moved
            if replaced is not None and direction.name == "SWAP":
                self._rows[one] = replaced

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        if not self._rows:
            return logits
        rows = {index: row for index, (row, _) in self._rows.items()}
        return mark_rows(logits, rows, {index: written for index, (_, written) in self._rows.items()})


class RunnerV2:
    """The processor for Model Runner V2, without vLLM's base class."""

    def __init__(self, vllm_config: Any, req_states: Any) -> None:
        """Raises UsageError under speculative decoding, or where the environment names no master key; InputError where that is none."""
        if getattr(vllm_config, "speculative_config", None) is not None:
            raise UsageError("marks cannot be put on under speculative decoding; start vLLM without it")
        self._marks = ServedMarks()
        self._states = req_states
        self._slots: dict[int, MarkedRow] = {}

    def add_request(self, req_idx: int, sampling_params: Any) -> bool:
        """Return whether the request in this slot is marked."""
        row = self._marks.row(sampling_params)
        self._slots.pop(req_idx, None)
        if row is not None:
            self._slots[req_idx] = row
        return row is not None

    def apply(self, logits: torch.Tensor, ctx: Any) -> torch.Tensor:
        if not self._slots:
            return logits
        rows: dict[int, MarkedRow] = {}
        written: dict[int, Sequence[int]] = {}
        for position, slot in enumerate(ctx.idx_mapping_np.tolist()):
            row = self._slots.get(slot)
            if row is not None:
                rows[position], written[position] = row, self._written(slot)
        return mark_rows(logits, rows, written)

    def _written(self, slot: int) -> list[int]:
        """Return the tokens written so far: this waits for the device, once for each marked row and step."""
        start, end = int(self._states.prompt_len.np[slot]), int(self._states.total_len.gpu[slot])
        return [int(token) for token in self._states.all_token_ids.gpu[slot, start:end].tolist()]


@cache
def _class_on(own: type, module: str) -> type:
    try:
        base = importlib.import_module(module).LogitsProcessor
    except (ImportError, AttributeError) as error:
        raise MissingDependencyError(
            f"this vLLM has no {module}.LogitsProcessor; marks were written for vllm 0.33.0, and V1 for the interface of 0.10 to 0.33"
        ) from error
    return type(own.__name__, (own, base), {"__module__": __name__})


def __getattr__(name: str) -> Any:
    """Return the processors, made on vLLM's own base classes. Raises MissingDependencyError where vLLM has no such class."""
    if name == "MarkLogitsProcessor":
        return _class_on(RunnerV2, V2)
    if name == "MarkLogitsProcessorV1":
        return _class_on(RunnerV1, V1)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Where a transformer keeps units whose order means nothing: hidden units of a layer, and coordinates of the residual stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.lineage.weights_file import WeightsFile

FloatArray = npt.NDArray[np.float32]

HIDDEN = (
    (re.compile(r"(?:^|\.)(?:layers|h)\.(\d+)\.mlp\.up_proj\.weight$"), False),
    (re.compile(r"(?:^|\.)(?:layers|h)\.(\d+)\.mlp\.dense_h_to_4h\.weight$"), False),
    (re.compile(r"(?:^|\.)layers\.(\d+)\.fc1\.weight$"), False),
    (re.compile(r"(?:^|\.)h\.(\d+)\.mlp\.c_fc\.weight$"), True),
)
"""Names of the matrix into the hidden units (Llama and its kin, GPT-NeoX, OPT, GPT-2), and whether its units are columns."""
EMBEDDING = re.compile(r"(?:^|\.)(?:embed_tokens|wte|embed_in|word_embeddings)\.weight$")
MOST_UNITS = 512
MOST_TOKENS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGroup:
    """One group of units that could stand in any order. `name`: which. `tensor`: where they lie. `units`: how many there are; `is_column`: whether
    they are columns of the tensor."""

    name: str
    tensor: str
    units: int
    inputs: int
    is_column: bool


def unit_groups(weights: WeightsFile) -> tuple[UnitGroup, ...]:
    """Return the groups of a model, hidden units by layer and the residual stream; none where no name is known."""
    return tuple(
        sorted(_groups(weights), key=lambda group: (group.name != "residual", len(group.name), group.name))
    )


def _groups(weights: WeightsFile) -> Iterator[UnitGroup]:
    for tensor, place in weights.tensors.items():
        if len(place.shape) != 2:
            continue
        rows, columns = place.shape
        for pattern, is_column in HIDDEN:
            found = pattern.search(tensor)
            if found:
                units, inputs = (columns, rows) if is_column else (rows, columns)
                yield UnitGroup(
                    name=f"layer {int(found[1])}",
                    tensor=tensor,
                    units=units,
                    inputs=inputs,
                    is_column=is_column,
                )
        if EMBEDDING.search(tensor):
            yield UnitGroup(name="residual", tensor=tensor, units=columns, inputs=rows, is_column=True)


def unit_vectors(weights: WeightsFile, group: UnitGroup) -> FloatArray:
    """Return (units, inputs): the vectors of up to `MOST_UNITS` units, evenly by place and so chosen without a look at the weights, over up to
    `MOST_TOKENS` inputs, each of length one."""
    matrix = weights.read(group.tensor)
    matrix = matrix.T if group.is_column else matrix
    chosen = np.unique(np.linspace(0, group.units - 1, min(group.units, MOST_UNITS)).astype(np.int64))
    taken = np.asarray(matrix[chosen, :MOST_TOKENS], np.float32)
    norm = np.linalg.norm(taken, axis=1, keepdims=True)
    return np.asarray(taken / np.where(norm > 0.0, norm, 1.0), np.float32)

"""How open weights are asked: what token comes next."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]


class NextTokens(Protocol):
    """A model whose next-token distribution can be had."""

    name: str

    def next_token_logprobs(self, contexts: Sequence[Sequence[int]]) -> Float32Array:
        """Return log-probabilities of the token after each context of token ids: shape (contexts, vocabulary), nats."""

"""Samples continuations for whole batches of prompts with a key-value cache; a mark may choose the next tokens."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from prove_lab.corpus import Tokens
from prove_lab.model import Cache, Decoder


class Chooser(Protocol):
    """Draws the next tokens of a batch: a mark, or plain sampling."""

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one token a row (int64). `rows`: which responses these are; `so_far`: (rows, positions) ids, prompt included;
        `logprobs`: (rows, vocabulary) of the model at its temperature."""


class PlainSampling:
    """Draws from the model's own law."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return draws from `logprobs`."""
        del rows, so_far
        return draw(logprobs, self._rng)


def draw(logprobs: Tensor, rng: np.random.Generator) -> Tensor:
    """Return one draw a row of laws known up to a factor, by inverting their distribution functions."""
    below = torch.softmax(logprobs, -1).cumsum(-1)
    at = torch.from_numpy(rng.random((len(logprobs), 1), np.float32)) * below[:, -1:]
    return torch.searchsorted(below, at, right=True).clamp_(max=below.shape[1] - 1).squeeze(1)


@torch.inference_mode()
def sample(
    model: Decoder,
    prompts: Tokens,
    length: int,
    chooser: Chooser,
    *,
    temperature: float = 1.0,
    batch: int = 512,
) -> Tokens:
    """Return (prompts, length) ids: each prompt and its continuation. Deterministic for one chooser in one state and one batch size."""
    done = []
    for low in range(0, len(prompts), batch):
        ids = prompts[low : low + batch]
        rows = np.arange(low, low + len(ids), dtype=np.int32)
        new = torch.from_numpy(ids.astype(np.int64))
        cache = Cache(model.shape, len(ids))
        while ids.shape[1] < length:
            states = model.states(new, cache)
            logprobs = torch.log_softmax(model.logits(states[:, -1]) / temperature, -1)
            new = chooser.choose(rows, ids, logprobs)[:, None]
            ids = np.concatenate((ids, new.numpy().astype(np.int32)), 1)
        done.append(ids)
    return np.concatenate(done)

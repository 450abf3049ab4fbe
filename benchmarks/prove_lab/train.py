"""Trains a decoder on token sequences: AdamW, a warm-up, then a cosine to a tenth.

Products of matrices are taken in bfloat16 where the processor can, which takes a third off; weights, sums and the loss stay in float32.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from prove_lab.corpus import Tokens
from prove_lab.model import Decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """`loss_from`: the first position whose token is predicted for the loss (1 = all; the prompt's length = responses only)."""

    epochs: float = 1.0
    batch: int = 32
    rate: float = 3e-3
    warm_up: int = 20
    loss_from: int = 1
    seed: int = 0


def train(
    model: Decoder,
    sequences: Tokens,
    options: Training,
    watch: Callable[[int, float], None] | None = None,
) -> Decoder:
    """Return a trained copy of `model`; the model given stays as it was. `watch(step, loss in nats)` is called after each step."""
    model = copy.deepcopy(model).train()
    rng = np.random.default_rng(options.seed)
    steps = max(1, math.ceil(options.epochs * len(sequences) / options.batch))
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    order = np.concatenate([rng.permutation(len(sequences)) for _ in range(math.ceil(options.epochs))])
    data = torch.from_numpy(sequences.astype(np.int64))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = options.rate * _schedule(step, steps, options.warm_up)
        rows = data[torch.from_numpy(order[step * options.batch : (step + 1) * options.batch])]
        with torch.autocast("cpu", torch.bfloat16):
            states = model.states(rows[:, :-1])
            logits = model.logits(states[:, options.loss_from - 1 :])
        loss = functional.cross_entropy(logits.float().flatten(0, 1), rows[:, options.loss_from :].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if watch is not None:
            watch(step, loss.item())
    return model.eval()


def _schedule(step: int, steps: int, warm_up: int) -> float:
    if step < warm_up:
        return (step + 1) / warm_up
    done = (step - warm_up) / max(1, steps - warm_up)
    return 0.55 + 0.45 * math.cos(math.pi * done)


@torch.inference_mode()
def mean_loss(model: Decoder, sequences: Tokens, loss_from: int = 1, batch: int = 128) -> float:
    """Return the mean negative log-likelihood in nats a token."""
    total = 0.0
    for low in range(0, len(sequences), batch):
        rows = torch.from_numpy(sequences[low : low + batch].astype(np.int64))
        states = model.states(rows[:, :-1])
        logits = model.logits(states[:, loss_from - 1 :]).flatten(0, 1)
        total += float(functional.cross_entropy(logits, rows[:, loss_from:].flatten(), reduction="sum"))
    return total / float(len(sequences) * (sequences.shape[1] - loss_from))

"""Sampling that means to spoil what is learned from it: flattened, or poisoned against a proxy of the student.

Source of the poisoning: Y. Savani, A. Trockman, Z. Feng et al., Antidistillation Sampling, arXiv 2504.13146 (2025), sections 3 and 4.
"""

import copy

import numpy as np
import torch
from torch import Tensor

from degrade_lab.prose import LENGTH, PROMPT, VOCABULARY, Tokens
from degrade_lab.student import Lessons, Student
from prove_lab.sample import draw

NUDGE = 0.05
"""Length of the step along the proxy's gradient, as a share of its parameters' length."""
CUT = 3.0
"""Standard deviations beyond which a token's harm counts as no more."""


class Flattened:
    """Draws at a temperature. `changed`: for each place, how many words of a hundred would have been others without it."""

    def __init__(self, temperature: float, seed: int) -> None:
        self._temperature = temperature
        self._rng = np.random.default_rng(seed)
        self.changed: list[float] = []

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one word a row."""
        law = logprobs / self._temperature
        self.changed.append(_distance(law, logprobs))
        return draw(law, self._rng)


class Poisoned:
    """Draws from the teacher's law times exp(strength x harm), where harm is `Harm`'s. `changed`: as in `Flattened`."""

    def __init__(self, harm: "Harm", strength: float, seed: int) -> None:
        self._harm, self._strength = harm, strength
        self._rng = np.random.default_rng(seed)
        self.changed: list[float] = []

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one word a row."""
        padded = np.zeros((len(so_far), LENGTH), np.int32)
        padded[:, : so_far.shape[1]] = so_far
        law = logprobs + self._strength * self._harm.of(padded)[:, so_far.shape[1] - PROMPT]
        self.changed.append(_distance(law, logprobs))
        return draw(law, self._rng)


class Harm:
    """How much learning a word would raise a proxy student's loss on clean lessons, to the first order, in standard deviations."""

    def __init__(self, proxy: Student, clean: Lessons) -> None:
        self._proxy, self._nudged = proxy, _nudged(proxy, clean)

    @torch.inference_mode()
    def of(self, texts: Tokens) -> Tensor:
        """Return the harm of every word at each place of the responses: (n, RESPONSE, words)."""
        rows = torch.from_numpy(texts.astype(np.int64))
        harm = self._nudged(rows) - self._proxy(rows)
        return ((harm - harm.mean()) / harm.std()).clamp(-CUT, CUT)


def undone(texts: Tokens, harm: Harm, strength: float) -> Lessons:
    """Return lessons of poisoned texts in which each word weighs as much less as a proxy of the attacker's own says it was preferred."""
    said = np.eye(VOCABULARY, dtype=np.float32)[texts[:, PROMPT:]]
    weight = np.exp(-strength * (harm.of(texts).numpy() * said).sum(2, keepdims=True))
    return Lessons(texts=texts, soft=(said * weight / weight.mean()).astype(np.float32))


def _distance(law: Tensor, plain: Tensor) -> float:
    """Return the mean distance in total variation: the share of words that would have been others."""
    return float((torch.softmax(law, 1) - torch.softmax(plain, 1)).abs().sum(1).mean() / 2)


def _nudged(proxy: Student, clean: Lessons) -> Student:
    """Return the proxy a step up its own loss."""
    worse = copy.deepcopy(proxy)
    logprobs = worse(torch.from_numpy(clean.texts.astype(np.int64)))
    loss = -(torch.from_numpy(clean.soft) * logprobs).sum(2).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in worse.parameters():
            if parameter.grad is not None:
                length = parameter.grad.norm().clamp(min=1e-12)
                parameter += NUDGE * parameter.norm() * parameter.grad / length
    return worse

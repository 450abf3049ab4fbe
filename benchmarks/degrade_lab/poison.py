"""Sampling that means to spoil what is learned from it: flattened, or poisoned against a proxy of the student.

Source of the poisoning: Y. Savani, A. Trockman, Z. Feng et al., Antidistillation Sampling, arXiv 2504.13146 (2025), sections 3 and 4.
"""

import copy

import numpy as np
import torch
from torch import Tensor

from degrade_lab.prose import LENGTH, PROMPT, VOCABULARY, Floats, Tokens
from degrade_lab.student import Student
from prove_lab.sample import draw

NUDGE = 0.05
"""Length of the step along the proxy's gradient, as a share of its parameters' length."""
CUT = 3.0
"""Standard deviations beyond which a token's harm counts as no more."""


class Flattened:
    """Draws at a temperature."""

    def __init__(self, temperature: float, seed: int) -> None:
        self._temperature = temperature
        self._rng = np.random.default_rng(seed)

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one word a row."""
        return draw(logprobs / self._temperature, self._rng)


class Poisoned:
    """Draws from the teacher's law times exp(strength x harm): harm is how much learning a word would raise a proxy student's loss on
    the teacher's clean law, to the first order, in standard deviations."""

    def __init__(self, proxy: Student, texts: Tokens, law: Floats, strength: float, seed: int) -> None:
        self._proxy, self._nudged = proxy, _nudged(proxy, texts, law)
        self._strength = strength
        self._rng = np.random.default_rng(seed)

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one word a row."""
        place = so_far.shape[1] - PROMPT
        padded = np.zeros((len(so_far), LENGTH), np.int64)
        padded[:, : so_far.shape[1]] = so_far
        rows_of = torch.from_numpy(padded)
        harm = self._nudged(rows_of)[:, place] - self._proxy(rows_of)[:, place]
        harm = (harm - harm.mean()) / harm.std()
        return draw(logprobs + self._strength * harm.clamp(-CUT, CUT), self._rng)


def _nudged(proxy: Student, texts: Tokens, law: Floats) -> Student:
    """Return the proxy a step up its own loss."""
    worse = copy.deepcopy(proxy)
    loss = -(torch.from_numpy(np.exp(law)) * worse(torch.from_numpy(texts.astype(np.int64)))).sum(2).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in worse.parameters():
            if parameter.grad is not None:
                length = parameter.grad.norm().clamp(min=1e-12)
                parameter += NUDGE * parameter.norm() * parameter.grad / length
    return worse


def quality_lost(said: Tokens, plain: Tokens, follows: Floats) -> float:
    """Return how much worse an honest reader finds answers than plain ones: in the likelihood of their words in the language itself, as
    a share of the way from plain answers to random words. `follows`: chance of each word after each word, by topic."""
    losses = [_surprise(texts, follows) for texts in (said, plain)]
    return float((losses[0] - losses[1]) / (np.log(VOCABULARY) - losses[1]))


def _surprise(texts: Tokens, follows: Floats) -> float:
    """Return the mean surprise in nats a word, under the topic that each text fits best."""
    words = follows.shape[1]
    fillers = VOCABULARY - words
    before, after = texts[:, PROMPT - 1 : -1] - fillers, texts[:, PROMPT:] - fillers
    known = (before >= 0) & (after >= 0)
    chances = follows[:, before.clip(0), after.clip(0)]
    chances = np.where(known, chances, 0.0) + 1e-4
    return float((-np.log(chances).sum(2)).min(0).mean() / texts[:, PROMPT:].shape[1])

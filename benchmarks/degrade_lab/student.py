"""A student that looks at the last two words and at the mean of all that was said: small enough to train hundreds of them."""

import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from degrade_lab.prose import PROMPT, RESPONSE, VOCABULARY, Floats, Tokens

WIDTH = 32
BATCH = 48
MOST_STEPS, LOOK_EVERY, PATIENCE = 400, 25, 3
RATE = 5e-3
HELD = 0.1
"""Share of its own prompts by which a student tells when to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What was taken from a teacher: `texts` (n, LENGTH), and what to learn at each place of the responses, `soft` (n, RESPONSE, words):
    a weight for each word."""

    texts: Tokens
    soft: Floats


class Student(nn.Module):
    """The next word from the two before it and the mean of all before it."""

    def __init__(self, seed: int, noise: bool = False) -> None:
        """`noise`: it also fits what all answers have in common at each place, as answers under one seed do."""
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.noise = nn.Parameter(torch.zeros(RESPONSE, VOCABULARY), requires_grad=noise)
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.first = nn.Linear(3 * WIDTH, 2 * WIDTH)
        self.second = nn.Linear(2 * WIDTH, VOCABULARY)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 1:
                nn.init.zeros_(parameter)
            elif name != "noise":
                nn.init.normal_(parameter, 0.0, parameter.shape[1] ** -0.5, generator=generator)

    def forward(self, texts: Tensor) -> Tensor:
        """Return log-probabilities (n, RESPONSE, words) of texts (n, LENGTH)."""
        said = self.words(texts[:, :-1])
        mean = said.cumsum(1) / torch.arange(1, said.shape[1] + 1)[:, None]
        last, before = said[:, PROMPT - 1 :], said[:, PROMPT - 2 : -1]
        hidden = torch.relu(self.first(torch.cat((last, before, mean[:, PROMPT - 1 :]), 2)))
        return torch.log_softmax(self.second(hidden) + self.noise, 2)


def study(lessons: Lessons, seed: int, noise: bool = False) -> Student:
    """Return a student of these lessons, as it was when it fitted best those set aside, whose prompts it did not see; without the noise
    that it fitted, if it did."""
    rng = np.random.default_rng(seed)
    prompts = np.unique(lessons.texts[:, 1:PROMPT], axis=0, return_inverse=True)[1].reshape(-1)
    count = int(prompts.max()) + 1
    held = np.isin(prompts, rng.choice(count, max(1, int(HELD * count)), replace=False))
    own, rest = np.flatnonzero(~held), np.flatnonzero(held)[:400]
    student = Student(seed, noise)
    trained = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.02, fused=True)
    best, kept, since = float("inf"), copy.deepcopy(student.state_dict()), 0
    for step in range(1, MOST_STEPS + 1):
        loss = _loss(student, lessons, rng.choice(own, BATCH))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % LOOK_EVERY:
            continue
        with torch.inference_mode():
            seen = float(_loss(student, lessons, rest))
        if seen < best - 1e-4:
            best, kept, since = seen, copy.deepcopy(student.state_dict()), 0
        else:
            since += 1
            if since == PATIENCE:
                break
    student.load_state_dict(kept)
    with torch.no_grad():
        student.noise.zero_()
    return student


def _loss(student: Student, lessons: Lessons, rows: npt.NDArray[np.int64]) -> Tensor:
    """Return the mean cross-entropy in nats a place."""
    logprobs = student(torch.from_numpy(lessons.texts[rows].astype(np.int64)))
    return -(torch.from_numpy(lessons.soft[rows]) * logprobs).sum(2).mean()


def learned(student: Student, texts: Tokens, teacher: Floats, sharper: float = 1.0) -> float:
    """Return how much of the teacher's law a student has: 0 = no more than how common each word is, 1 = all of it.

    1 - KL(teacher, student) / KL(teacher, frequencies), over the places of the teacher's own `texts` with its log-probabilities
    `teacher` (n, RESPONSE, words). `sharper`: power to which the student's chances are raised, for one who knows that the teacher's
    were flattened.
    """
    with torch.inference_mode():
        said = torch.log_softmax(sharper * student(torch.from_numpy(texts.astype(np.int64))), 2).numpy()
    return share_learned(said, teacher)


def share_learned(said: Floats, teacher: Floats) -> float:
    """Return the same for log-probabilities `said` of any model."""
    chances = np.exp(teacher)
    common = np.log(chances.mean((0, 1)))
    return 1.0 - float((chances * (teacher - said)).sum() / (chances * (teacher - common)).sum())

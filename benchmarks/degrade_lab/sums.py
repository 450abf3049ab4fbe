"""Sums in four steps: a teacher that works them out one by one, and students who see all of its steps, some, or none."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from degrade_lab.accounts import SeededSampling
from prove_lab.model import Decoder, Shape, new_decoder
from prove_lab.sample import PlainSampling, sample
from prove_lab.train import Training, train

Tokens = npt.NDArray[np.int32]
Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

STEPS = 4
PLUS, TIMES, MINUS, KEEP, EQUALS, COLON, HIDDEN = range(10, 17)
"""Tokens beside the digits. KEEP leaves the value as it is; HIDDEN stands in the place of a step that was not shown."""
PROMPT, LENGTH = 2 + 2 * STEPS, 4 + 3 * STEPS
"""A digit, four times an operation and a digit, `=`; then four steps, `:`, and the answer."""
FIRST, LAST = PROMPT, PROMPT + STEPS
TEACHER = Shape(vocabulary=17, context=LENGTH, width=48, layers=2, heads=4)
STUDENT = Shape(vocabulary=17, context=LENGTH, width=48, layers=1, heads=4)
BATCH, STUDENT_STEPS = 32, 800

SUMMARY = np.array([True, False, True, False])
"""The steps that a summary shows: the first and the third."""


def problems(n: int, rng: np.random.Generator, steps: npt.NDArray[np.int64] | int = STEPS) -> Tokens:
    """Return n problems of so many operations, (n, PROMPT); the others KEEP."""
    asked = np.empty((n, PROMPT), np.int32)
    asked[:, 0::2][:, : STEPS + 1] = rng.integers(0, 10, (n, STEPS + 1))
    asked[:, 1:-1:2] = rng.integers(PLUS, MINUS + 1, (n, STEPS))
    idle = np.arange(STEPS) >= np.broadcast_to(np.asarray(steps), (n,))[:, None]
    asked[:, 1:-1:2][idle] = KEEP
    asked[:, 2:-1:2][idle] = 0
    asked[:, -1] = EQUALS
    return asked


def applied(value: Tokens, operation: Tokens, digit: Tokens) -> Tokens:
    """Return what one operation makes of a value, modulo 10."""
    made = [(value + digit) % 10, (value * digit) % 10, (value - digit) % 10, value]
    return np.choose(operation - PLUS, made).astype(np.int32)


def solved(asked: Tokens) -> Tokens:
    """Return the problems with their steps and answers, all right: (n, LENGTH)."""
    told = np.empty((len(asked), LENGTH), np.int32)
    told[:, :PROMPT] = asked
    value = asked[:, 0]
    for step in range(STEPS):
        value = told[:, FIRST + step] = applied(value, asked[:, 1 + 2 * step], asked[:, 2 + 2 * step])
    told[:, LAST], told[:, LAST + 1] = COLON, value
    return told


def make_teacher(seed: int, steps: int) -> Decoder:
    """Return a transformer trained on right solutions for `steps` batches of 64: few enough that it errs now and then."""
    rng = np.random.default_rng(seed)
    lengths = rng.choice([1, 2, 3, STEPS, STEPS], 64 * steps)
    options = Training(batch=64, rate=4e-3, seed=seed, loss_from=PROMPT)
    return train(new_decoder(TEACHER, seed), solved(problems(64 * steps, rng, lengths)), options)


def answers(teacher: Decoder, asked: Tokens, seed: int, shared: bool = False) -> Tokens:
    """Return the problems with the teacher's steps and answers; `shared`: all of them sampled with one seed."""
    if shared:
        seeds = np.full(len(asked), seed)
        return sample(
            teacher, asked, LENGTH, SeededSampling(seeds, LENGTH - PROMPT, TEACHER.vocabulary, PROMPT)
        )
    return sample(teacher, asked, LENGTH, PlainSampling(seed))


def shown(told: Tokens, steps: Booleans) -> Tokens:
    """Return the texts with only some of their steps."""
    less = told.copy()
    less[:, FIRST:LAST][:, ~steps] = HIDDEN
    return less


def in_pieces(teacher: Decoder, n: int, seed: int, asked_for: int = 4000) -> Tokens:
    """Return what an attacker makes of n single steps, each asked as a problem of its own: problems whose steps it works out itself.

    Of each answer only the last digit is used. A step that was never asked is guessed.
    """
    rng = np.random.default_rng(seed)
    told = answers(teacher, problems(n, rng, 1), seed)
    table = rng.integers(0, 10, (10, 4, 10)).astype(np.int32)
    table[told[:, 0], told[:, 1] - PLUS, told[:, 2]] = told[:, -1].clip(max=9)
    made = solved(problems(asked_for, rng))
    value = made[:, 0]
    for step in range(STEPS):
        value = made[:, FIRST + step] = table[value, made[:, 1 + 2 * step] - PLUS, made[:, 2 + 2 * step]]
    made[:, -1] = value
    return made


def study(texts: Tokens, seed: int) -> Decoder:
    """Return a student of these texts."""
    epochs = STUDENT_STEPS * BATCH / len(texts)
    options = Training(epochs=epochs, batch=BATCH, rate=6e-3, seed=seed, loss_from=PROMPT)
    return train(new_decoder(STUDENT, seed), texts, options)


def right(model: Decoder, asked: Tokens, seed: int, temperature: float = 1.0) -> float:
    """Return the share of problems that the model answers rightly."""
    said = sample(model, asked, LENGTH, PlainSampling(seed), temperature=temperature)
    return float((said[:, -1] == solved(asked)[:, -1]).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """What a user of the teacher sees of n answers: `said` (n, LENGTH), the log-probability of each of their tokens, and whether the last
    one is right."""

    said: Tokens
    logprobs: Floats
    right: Booleans


@torch.inference_mode()
def honest_sample(teacher: Decoder, asked: Tokens, seed: int) -> Honest:
    """Return the teacher's answers to these problems as an honest user sees them."""
    said = answers(teacher, asked, seed)
    rows = torch.from_numpy(said.astype(np.int64))
    law = torch.log_softmax(teacher.logits(teacher.states(rows[:, :-1])[:, PROMPT - 1 :]), -1)
    logprobs = law.gather(2, rows[:, PROMPT:, None]).squeeze(2).numpy()
    return Honest(said=said, logprobs=logprobs, right=said[:, -1] == solved(asked)[:, -1])


def confidence_lost(user: Honest, step: float | None) -> float:
    """Return how much less an honest user can tell right answers from wrong ones by rounded log-probabilities (None = by none at all).

    The user ranks answers by their likelihood. What is lost is a share of what the exact likelihood tells beyond a coin: of the area under the
    ROC curve above a half.
    """
    if step is None:
        return 1.0
    rough = np.minimum(np.round(user.logprobs / step) * step, 0)
    return 1.0 - (_area(rough.sum(1), user.right) - 0.5) / (_area(user.logprobs.sum(1), user.right) - 0.5)


def _area(likelihood: Floats, right: Booleans) -> float:
    """Return the chance that a right answer has a higher likelihood than a wrong one; a tie counts half."""
    ranks = stats.rankdata(np.round(likelihood.astype(np.float64), 9))
    hits, misses = int(right.sum()), int((~right).sum())
    return float((ranks[right].sum() - hits * (hits + 1) / 2) / (hits * misses))


def errors_missed(user: Honest, steps: Booleans) -> float:
    """Return the share of wrong answers in which a user who can check one operation at a time finds no mistake in what is shown."""
    said = user.said[~user.right]
    caught = np.zeros(len(said), bool)
    known = np.concatenate(([True], steps[:-1], [True]))
    values = np.concatenate((said[:, :1], said[:, FIRST : LAST - 1], said[:, -1:]), 1)
    for step in range(STEPS):
        if known[step] and known[step + 1]:
            made = applied(values[:, step], said[:, 1 + 2 * step], said[:, 2 + 2 * step])
            caught |= made != values[:, step + 1]
    return float(1.0 - caught.mean())


def vote(teacher: Decoder, asked: Tokens, seed: int, ballots: int = 8) -> float:
    """Return the share of problems whose most frequent of `ballots` answers is right."""
    said = answers(teacher, np.repeat(asked, ballots, 0), seed)[:, -1].reshape(len(asked), ballots)
    counts = (said[:, :, None] == np.arange(10)).sum(1)
    return float((counts.argmax(1) == solved(asked)[:, -1]).mean())

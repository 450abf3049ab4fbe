"""A language of its own, in which what follows depends on the word before and on the topic; and a teacher that has learned it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from prove_lab.model import Decoder, Shape, new_decoder
from prove_lab.train import Training, train

VOCABULARY, FILLERS, TOPICS = 64, 16, 4
"""The first tokens are fillers: one opens each prompt and means nothing, so that a prompt has paraphrases."""
PROMPT, RESPONSE = 6, 12
LENGTH = PROMPT + RESPONSE
TEACHER = Shape(vocabulary=VOCABULARY, context=LENGTH, width=40, layers=1, heads=2)

Tokens = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`follows`: chance of each word after each word, by topic: (topics, words, words)."""

    follows: Floats


def make_language(seed: int, spread: float = 0.06) -> Language:
    """Return a language; the smaller `spread`, the fewer words follow a word."""
    rng = np.random.default_rng(seed)
    words = VOCABULARY - FILLERS
    common = rng.dirichlet(np.full(words, spread), words)
    own = rng.dirichlet(np.full(words, spread), (TOPICS, words))
    return Language(follows=(0.35 * common + 0.65 * own).astype(np.float32))


def write(language: Language, n: int, rng: np.random.Generator) -> Tokens:
    """Return n texts of LENGTH tokens: a filler, then words of one topic."""
    cumulative = language.follows.cumsum(2)
    topics = rng.integers(0, TOPICS, n)
    text = np.empty((n, LENGTH), np.int32)
    text[:, 0] = rng.integers(0, FILLERS, n)
    words = text[:, 1] = rng.integers(0, VOCABULARY - FILLERS, n)
    for place in range(2, LENGTH):
        at = rng.random((n, 1)).astype(np.float32) * cumulative[topics, words, -1:]
        words = (cumulative[topics, words] < at).sum(1).clip(max=VOCABULARY - FILLERS - 1)
        text[:, place] = words
    text[:, 1:] += FILLERS
    return text


def make_teacher(language: Language, seed: int, steps: int) -> Decoder:
    """Return a transformer that was trained on the language for `steps` batches of 64 texts."""
    texts = write(language, steps * 64, np.random.default_rng(seed))
    options = Training(batch=64, rate=4e-3, seed=seed, loss_from=2)
    return train(new_decoder(TEACHER, seed), texts, options)


def with_fillers(prompts: Tokens, rng: np.random.Generator) -> Tokens:
    """Return a paraphrase of each prompt: another filler before the same words."""
    said = prompts.copy()
    said[:, 0] = (said[:, 0] + rng.integers(1, FILLERS, len(said))) % FILLERS
    return said


@torch.inference_mode()
def logprobs_of(model: Decoder, texts: Tokens, batch: int = 512) -> Floats:
    """Return the model's log-probabilities of every token at each place of the responses: (n, RESPONSE, VOCABULARY)."""
    told = []
    for low in range(0, len(texts), batch):
        rows = torch.from_numpy(texts[low : low + batch, :-1].astype(np.int64))
        states = model.states(rows)[:, PROMPT - 1 :]
        told.append(torch.log_softmax(model.logits(states), -1).numpy())
    return np.concatenate(told)

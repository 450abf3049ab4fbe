"""Language models that are trained in a moment: counts of what follows one or two tokens. A teacher to mark, students of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.marks import Green, Gumbel
from revenuer.prove.marks.prf import green_threshold, uniforms, vocabulary_words

Tokens = npt.NDArray[np.int32]
Float = npt.NDArray[np.float64]
VOCABULARY = 64


@dataclass(frozen=True, slots=True)
class ChainModel:
    """Knows the next token's law after the last `order` tokens: `laws`, shape (VOCABULARY,) * order + (VOCABULARY,)."""

    name: str
    laws: Float

    @property
    def order(self) -> int:
        return self.laws.ndim - 1

    def next_token_logprobs(self, contexts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return the laws after each context."""
        rows = [self.laws[tuple(context[-self.order :])] for context in contexts]
        return np.log(np.asarray(rows)).astype(np.float32)


def teacher(seed: int, order: int = 1) -> ChainModel:
    """Return a model of about two nats of entropy: a twelfth of the tokens is likely after each window."""
    rng = np.random.default_rng(seed)
    laws = rng.gamma(0.15, 1.0, (VOCABULARY,) * (order + 1)) + 1e-4
    return ChainModel("teacher", laws / laws.sum(-1, keepdims=True))


def student(name: str, texts: Tokens, order: int = 1, prior: float = 0.2) -> ChainModel:
    """Return a model of the counts in (texts, length)."""
    counts = np.full((VOCABULARY,) * (order + 1), prior)
    parts = [texts[:, i : texts.shape[1] - order + i].ravel() for i in range(order + 1)]
    np.add.at(counts, tuple(parts), 1.0)
    return ChainModel(name, counts / counts.sum(-1, keepdims=True))


def written(
    model: ChainModel,
    texts: int,
    length: int,
    seed: int,
    scheme: Green | Gumbel | None = None,
    key: tuple[int, int] = (0, 0),
) -> Tokens:
    """Return (texts, length) tokens from random openings; a window's first occurrence in a text is marked."""
    rng = np.random.default_rng(seed)
    width = scheme.width if scheme else 0
    out = rng.integers(0, VOCABULARY, (texts, max(model.order, width))).astype(np.int32)
    seen: list[set[tuple[int, ...]]] = [set() for _ in range(texts)]
    while out.shape[1] < length:
        laws = model.laws[tuple(out[:, -model.order :].T)].copy()
        chosen = np.full(texts, -1)
        for i in range(texts if scheme else 0):
            window = tuple(out[i, -width:].tolist())
            if window not in seen[i]:
                seen[i].add(window)
                laws[i], chosen[i] = _marked(scheme, window, laws[i], key)
        plain = (rng.random((texts, 1)) < laws.cumsum(1) / laws.sum(1, keepdims=True)).argmax(1)
        out = np.column_stack([out, np.where(chosen >= 0, chosen, plain).astype(np.int32)])
    return out


def _marked(
    scheme: Green | Gumbel | None, window: tuple[int, ...], law: Float, key: tuple[int, int]
) -> tuple[Float, int]:
    """Return the law to draw from, and the token where the key fixes it, else -1."""
    words = vocabulary_words(window, VOCABULARY, key)
    if isinstance(scheme, Green):
        return law * np.where(words < green_threshold(scheme.gamma), np.exp(scheme.delta), 1.0), -1
    return law, int(np.argmin(-np.log(uniforms(words)) / law))


def exchanges(texts: Tokens, prompt: int = 8) -> list[tuple[list[int], list[int]]]:
    """Return the texts as (prompt, response): the first `prompt` tokens are the prompt."""
    return [(text[:prompt].tolist(), text[prompt:].tolist()) for text in texts]

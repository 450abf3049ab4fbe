"""Language models that are trained in a moment: counts of what follows one or two tokens. A teacher to mark, students of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.marks import Green, Gumbel
from revenuer.prove.marks.prf import Uint32Array, fill_words, green_threshold, uniforms, window_state

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
        laws = model.laws[tuple(out[:, -model.order :].T)]
        new = drawn(laws, rng)
        if scheme:
            windows = out[:, -width:]
            fresh = np.array([tuple(w) not in past for w, past in zip(windows.tolist(), seen, strict=True)])
            for window, past in zip(windows.tolist(), seen, strict=True):
                past.add(tuple(window))
            new = np.where(fresh, _marked(scheme, words_after(windows, key), laws, rng), new)
        out = np.column_stack([out, new.astype(np.int32)])
    return out


def drawn(laws: Float, rng: np.random.Generator) -> Tokens:
    """Return one draw from each row."""
    below = laws.cumsum(1)
    return np.asarray((rng.random((len(laws), 1)) * below[:, -1:] < below).argmax(1), np.int32)


def words_after(windows: Tokens, key: tuple[int, int]) -> Uint32Array:
    """Return the words of all tokens after each window."""
    out = np.empty((len(windows), VOCABULARY), np.uint32)
    for row, (s0, s1) in zip(out, window_state(windows, key), strict=True):
        fill_words(row, np.uint64(s0), np.uint64(s1), np.uint64(key[0]), np.uint64(key[1]))
    return out


def _marked(scheme: Green | Gumbel, words: Uint32Array, laws: Float, rng: np.random.Generator) -> Tokens:
    if isinstance(scheme, Green):
        return drawn(laws * np.where(words < green_threshold(scheme.gamma), np.exp(scheme.delta), 1.0), rng)
    return np.asarray((-np.log(uniforms(words)) / laws).argmin(1), np.int32)


def exchanges(texts: Tokens, prompt: int = 8) -> list[tuple[list[int], list[int]]]:
    """Return the texts as (prompt, response): the first `prompt` tokens are the prompt."""
    return [(text[:prompt].tolist(), text[prompt:].tolist()) for text in texts]

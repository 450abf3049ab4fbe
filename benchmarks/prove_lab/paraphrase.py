"""An adversary's rewriting of what was harvested, by a second model that knows neither key nor teacher.

It is a rewriting token by token, no understanding of the text: from left to right each token stays with the chance `keep`, or else is drawn anew from
the second model, given what was written so far. With keep = 1/2 a quarter of two-token windows and their next token in eight survive.
A paraphrase that keeps meaning needs a model far beyond this laboratory's; what it would leave of a mark was not measured here.
"""

import numpy as np
import torch
from torch import Tensor

from prove_lab.corpus import Tokens
from prove_lab.model import Decoder
from prove_lab.sample import draw, sample


class Rewriting:
    """Keeps a response's own token, or draws the second model's."""

    def __init__(self, texts: Tokens, keep: float, seed: int) -> None:
        self._texts, self._keep = texts, keep
        self._rng = np.random.default_rng(seed)

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one token a row."""
        own = torch.from_numpy(self._texts[rows, so_far.shape[1]].astype(np.int64))
        kept = torch.from_numpy(self._rng.random(len(rows)) < self._keep)
        return torch.where(kept, own, draw(logprobs, self._rng))


def paraphrased(texts: Tokens, second: Decoder, prompt_length: int, *, keep: float, seed: int) -> Tokens:
    """Return the texts with their responses rewritten."""
    return sample(second, texts[:, :prompt_length], texts.shape[1], Rewriting(texts, keep, seed))

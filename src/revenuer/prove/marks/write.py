"""Writes one marked response, slowly and readably: what the processors of serving engines must agree with."""

from collections.abc import Callable, Sequence

import numpy as np

from revenuer.prove.marks.context_mask import ContextMask
from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.scheme import FloatArray

NextLogits = Callable[[Sequence[int]], FloatArray]
"""The model: response so far -> logits of the next token, shape (vocabulary,), after temperature and truncation (-inf = impossible)."""


def write_marked(
    scheme: Green | Gumbel | DualGumbel | None,
    key: tuple[int, ...],
    model: NextLogits,
    length: int,
    rng: np.random.Generator,
) -> list[int]:
    """Return `length` tokens marked under `key` (words, as many as the scheme takes); scheme None = not marked.

    Windows are of the response alone: its first `width` tokens are not marked, so that they need no knowledge of the prompt.
    """
    response: list[int] = []
    mask = ContextMask(1 if scheme is None else scheme.width)
    while len(response) < length:
        window = None if scheme is None else mask.window(response)
        response.append(_next(scheme, key, model(response), window, rng))
    return response


def _next(
    scheme: Green | Gumbel | DualGumbel | None,
    key: tuple[int, ...],
    logits: FloatArray,
    window: tuple[int, ...] | None,
    rng: np.random.Generator,
) -> int:
    if scheme is None or window is None:
        return int(rng.choice(logits.size, p=probabilities(logits)))
    if isinstance(scheme, Green):
        marked = scheme.marked_logits(logits, window, (key[0], key[1]))
        return int(rng.choice(logits.size, p=probabilities(marked)))
    if isinstance(scheme, Gumbel):
        return scheme.chosen(probabilities(logits), window, (key[0], key[1]))
    pair = ((key[0], key[1]), (key[2], key[3]))
    return scheme.chosen(probabilities(logits), window, pair, float(rng.random()))


def probabilities(logits: FloatArray) -> FloatArray:
    """Return the softmax of logits."""
    shifted = np.exp(logits - logits.max())
    return np.asarray(shifted / shifted.sum())

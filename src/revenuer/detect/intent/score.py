"""Scores a column of texts: the kernel behind an Arrow interface."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from revenuer.detect.intent.kernel import score_into
from revenuer.detect.intent.model import INTENTS, IntentModel
from revenuer.detect.text_buffers import utf8_buffers
from revenuer.detect.tokens import MAX_TOKENS, tokenize


def score_texts(texts: pa.StringArray, model: IntentModel) -> npt.NDArray[np.float32]:
    """Return log-likelihood ratios (nats) of shape (n, 4), columns as in INTENTS, cut to +-SCORE_LIMIT.

    A null is scored as an empty text: the caller, who knows which are null, reports those as not evaluated. Raises TypeError
    for a column that is not of strings. Assumes nothing about the language; texts are not validated as UTF-8.
    """
    data, offsets = utf8_buffers(texts)
    scores = np.empty((len(offsets) - 1, len(INTENTS)), np.float32)
    _score_rows(data, offsets, model.weights, model.bias, scores)
    return scores


@njit(cache=True, nogil=True)
def _score_rows(
    data: np.ndarray, offsets: np.ndarray, weights: np.ndarray, bias: np.ndarray, scores: np.ndarray
) -> None:
    """Fill `scores` row by row; the token arrays are allocated once."""
    hashes = np.empty(MAX_TOKENS, np.uint64)
    starts = np.empty(MAX_TOKENS, np.int64)
    ends = np.empty(MAX_TOKENS, np.int64)
    kinds = np.empty(MAX_TOKENS, np.uint8)
    for row in range(len(offsets) - 1):
        count = tokenize(data, offsets[row], offsets[row + 1], hashes, starts, ends, kinds)
        score_into(hashes, kinds, count, weights, bias, scores[row])

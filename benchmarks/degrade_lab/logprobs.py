"""What an attacker makes of the log-probabilities that a policy leaves."""

import numpy as np
import numpy.typing as npt

from degrade_lab.prose import PROMPT, RESPONSE, VOCABULARY, Floats, Tokens
from degrade_lab.student import Lessons

Booleans = npt.NDArray[np.bool_]


def text_only(texts: Tokens) -> Lessons:
    """Return lessons in which each place holds the word that was said."""
    return Lessons(texts=texts, soft=_said(texts))


def everything(texts: Tokens, logprobs: Floats, step: float | None = None) -> Lessons:
    """Return lessons of the chances of all words, rounded to multiples of `step` nats and made to sum to 1 again.

    Knowing the step brings no more: within a cell every chance is off by about the same factor, which the sum takes out.
    """
    chances = np.exp(_rounded(logprobs, step))
    chances /= chances.sum(2, keepdims=True)
    return Lessons(texts=texts, soft=chances)


def renormalised(texts: Tokens, logprobs: Floats, most: int, step: float | None = None) -> Lessons:
    """Return the naive use of the `most` likeliest words: as if there were no others."""
    chances = np.where(_likeliest(logprobs, most), np.exp(_rounded(logprobs, step)), 0)
    chances /= chances.sum(2, keepdims=True)
    return Lessons(texts=texts, soft=chances)


def completed(texts: Tokens, logprobs: Floats, most: int, step: float | None = None) -> Lessons:
    """Return the adaptive use: the likeliest words by their chances, and the word that was said where it is none of them.

    In the mean over answers this is the teacher's whole law, with less noise than the text alone.
    """
    among = _likeliest(logprobs, most)
    soft = np.where(among, np.exp(_rounded(logprobs, step)), _said(texts)).astype(np.float32)
    return Lessons(texts=texts, soft=soft)


def budgeted(texts: Tokens, logprobs: Floats, places: int) -> Lessons:
    """Return lessons of all chances at the first `places` places of all that was answered, and of the text alone after them."""
    within = (np.arange(texts.shape[0] * RESPONSE) < places).reshape(-1, RESPONSE, 1)
    soft = np.where(within, np.exp(logprobs), _said(texts)).astype(np.float32)
    return Lessons(texts=texts, soft=soft)


def steered(texts: Tokens, logprobs: Floats, most: int) -> Lessons:
    """Return lessons of an attacker who has logit_bias beside the `most` likeliest words, and reads a whole law with it: each further
    exchange on a prompt presses the words that are known down and shows the next ones, at the first place alone.

    The exchanges are `texts`, in order; every `ceil(words / most)` of them go into one prompt.
    """
    each = -(-VOCABULARY // most)
    own = slice(None, len(texts) // each * each, each)
    lessons = completed(texts[own], logprobs[own], most)
    lessons.soft[:, 0] = np.exp(logprobs[own][:, 0])
    return lessons


def _likeliest(logprobs: Floats, most: int) -> Booleans:
    return logprobs >= np.partition(logprobs, -most, 2)[:, :, -most][:, :, None]


def _rounded(logprobs: Floats, step: float | None) -> Floats:
    if step is None:
        return logprobs
    return np.minimum(np.round(logprobs / step) * step, 0).astype(np.float32)


def _said(texts: Tokens) -> Floats:
    return np.eye(VOCABULARY, dtype=np.float32)[texts[:, PROMPT:]]

"""What log-probabilities and logit_bias give away of the teacher's last layer: its width. Source: N. Carlini et al., Stealing Part of a Production
Language Model, ICML 2024, sections 4 to 6."""

import numpy as np

from degrade_lab.prose import VOCABULARY, Floats

GAP = 8.0
"""A fall of the singular values by this factor from one to the next counts as the end of the layer."""


def width_found(logprobs: Floats) -> int:
    """Return where the singular values of laws (n, words) fall off a cliff; 0 where they do not."""
    centred = (logprobs - logprobs.mean(1, keepdims=True)).astype(np.float64)
    values = np.linalg.svd(centred, compute_uv=False)[: VOCABULARY - 1]
    falls = values[:-1] / np.maximum(values[1:], 1e-9)
    at = int(falls.argmax())
    return at + 1 if falls[at] > GAP else 0


def exchanges_for(laws: int, most: int, looks: int = 1) -> int:
    """Return how many exchanges read so many whole laws with logit_bias, `most` words at a time, each `looks` times."""
    return laws * -(-VOCABULARY // most) * looks


def dithered(logprobs: Floats, step: float, looks: int) -> Floats:
    """Return what is recovered of log-probabilities that are rounded after logit_bias, by asking under `looks` shifts a fraction of a step apart.

    Shifting a word by a known amount moves where it is rounded; the mean over evenly spread shifts is known to step / looks.
    Assumes that the attacker knows how the shift moves the common normaliser, which favours the attacker.
    """
    shifts = (np.arange(looks) / looks - 0.5) * step
    told = [np.round((logprobs + shift) / step) * step - shift for shift in shifts]
    return np.mean(told, 0).astype(np.float32)

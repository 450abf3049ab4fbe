"""Draws a batch's next tokens under our marks: what `revenuer.prove.marks.write_marked` does for one response, for hundreds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from numba import njit
from torch import Tensor

from prove_lab.corpus import Tokens
from prove_lab.sample import draw
from revenuer.prove.marks import Green, Gumbel
from revenuer.prove.marks.prf import Uint32Array, fill_words, green_threshold, window_state

_WORD = 2.0**-32


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """One scheme, and a key for each response: shape (responses, 2)."""

    scheme: Green | Gumbel
    keys: Uint32Array


class MarkedSampling:
    """Draws under a mark. A window that already occurred in its response, and the first `width` tokens, are drawn plainly."""

    def __init__(self, marking: Marking, prompt_length: int, seed: int) -> None:
        self._marking = marking
        self._prompt_length = prompt_length
        self._rng = np.random.default_rng(seed)

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one token a row."""
        scheme, width = self._marking.scheme, self._marking.scheme.width
        plain = draw(logprobs, self._rng)
        response = so_far[:, self._prompt_length :]
        if response.shape[1] < width:
            return plain
        window = response[:, -width:]
        fresh = torch.from_numpy(~_occurred(response, width))
        words = _words(window, self._marking.keys[rows], logprobs.shape[1])
        if isinstance(scheme, Green):
            green = torch.from_numpy((words < green_threshold(scheme.gamma)).astype(np.float32))
            marked = draw(logprobs + scheme.delta * green, self._rng)
        else:
            cost = np.log((words + np.float32(0.5)) * np.float32(_WORD))
            marked = torch.argmax(torch.from_numpy(cost) * torch.exp(-logprobs), -1)
        return torch.where(fresh, marked, plain)


def _words(windows: Tokens, keys: Uint32Array, vocabulary: int) -> Uint32Array:
    """Return each row's words of all tokens: shape (rows, vocabulary)."""
    states = np.empty((len(windows), 2), np.uint32)
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    for i, key in enumerate(distinct):
        at = which.reshape(-1) == i
        states[at] = window_state(windows[at], (int(key[0]), int(key[1])))
    out = np.empty((len(windows), (vocabulary + 3) // 4 * 4), np.uint32)
    _fill_rows(out, states, keys)
    return out[:, :vocabulary]


@njit(cache=True)
def _fill_rows(out: Uint32Array, states: Uint32Array, keys: Uint32Array) -> None:
    for row in range(out.shape[0]):
        fill_words(
            out[row],
            np.uint64(states[row, 0]),
            np.uint64(states[row, 1]),
            np.uint64(keys[row, 0]),
            np.uint64(keys[row, 1]),
        )


@njit(cache=True)
def _occurred(response: Tokens, width: int) -> npt.NDArray[np.bool_]:
    """Return, for each row, whether its last `width` tokens stand earlier in it."""
    rows, length = response.shape
    found = np.zeros(rows, np.bool_)
    for row in range(rows):
        for begin in range(length - width):
            same = True
            for i in range(width):
                if response[row, begin + i] != response[row, length - width + i]:
                    same = False
                    break
            if same:
                found[row] = True
                break
    return found

"""What of a text counts as evidence: each (window, token) once over the whole sample, and none that a prompt could have handed over.

A model repeats itself, and a repeated pair has the same draw each time: counted again it adds weight without information, and the null law
no longer holds. A window that stands in the prompt may be copied with what followed it, by a model that never saw our outputs in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.marks.pair_kernels import Int32Array, Int64Array, first_places, whole_windows
from revenuer.records import InputError

TOKEN_LIMIT = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Responses laid end to end: `tokens`, int32; response i is tokens[starts[i]:starts[i + 1]], and likewise its prompt (empty where it
    is not known)."""

    tokens: Int32Array
    starts: Int64Array
    prompt_tokens: Int32Array
    prompt_starts: Int64Array

    @property
    def responses(self) -> int:
        return self.starts.size - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The pairs that count: pair j is the token tokens[at[j]] after the `width` tokens before it, in the order of the sample.

    `ends[i]`: how many pairs the responses 0 .. i gave. What was left out, by reason: `at_start` (no full window yet), `in_prompt`
    (the response's own prompt holds the window), `repeated`.
    """

    tokens: Int32Array
    at: Int64Array
    width: int
    ends: Int64Array
    at_start: int
    in_prompt: int
    repeated: int

    @property
    def n(self) -> int:
        return self.at.size

    def windows(self) -> Int32Array:
        """Return the windows of the pairs, shape (n, width), oldest token first."""
        return np.asarray(self.tokens[self.at[:, None] - np.arange(self.width, 0, -1)], np.int32)


def sample_of(responses: Sequence[npt.ArrayLike], prompts: Sequence[npt.ArrayLike] | None = None) -> Sample:
    """Return the sample of these token ids, one array a response. Raises InputError for what are no token ids."""
    if prompts is not None and len(prompts) != len(responses):
        raise InputError(
            f"got {len(prompts)} prompts for {len(responses)} responses; give each response its own"
        )
    tokens, starts = _flat(responses)
    prompt_tokens, prompt_starts = _flat(prompts if prompts is not None else [[] for _ in responses])
    return Sample(tokens=tokens, starts=starts, prompt_tokens=prompt_tokens, prompt_starts=prompt_starts)


def _flat(texts: Sequence[npt.ArrayLike]) -> tuple[Int32Array, Int64Array]:
    arrays = [np.asarray(text) for text in texts]
    for i, array in enumerate(arrays):
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise InputError(f"text {i} is no list of whole numbers; give token ids")
        if array.size and not 0 <= int(array.min()) <= int(array.max()) < TOKEN_LIMIT:
            raise InputError(f"text {i} holds a token id outside of 0 .. 2**31 - 1; give token ids")
    starts = np.zeros(len(arrays) + 1, np.int64)
    np.cumsum([array.size for array in arrays], out=starts[1:])
    tokens = np.concatenate([a.astype(np.int32) for a in arrays]) if arrays else np.empty(0, np.int32)
    return tokens, starts


def distinct_pairs(sample: Sample, width: int) -> Pairs:
    """Return the pairs of the sample that count: each (window, token) at its first place. Raises ValueError for a width below 1."""
    if width < 1:
        raise ValueError(f"expected a window of at least one token, got {width}")
    if sample.tokens.size >= TOKEN_LIMIT:
        raise InputError(f"got {sample.tokens.size} tokens, expected fewer than 2**31; split the sample")
    at = whole_windows(sample.tokens, sample.starts, sample.prompt_tokens, sample.prompt_starts, width)
    lengths = np.diff(sample.starts)
    in_prompt = int(np.maximum(lengths - width, 0).sum()) - at.size
    kept = first_places(sample.tokens, at, width)
    return Pairs(
        tokens=sample.tokens,
        at=kept,
        width=width,
        ends=np.searchsorted(kept, sample.starts[1:]).astype(np.int64),
        at_start=int(np.minimum(lengths, width).sum()),
        in_prompt=in_prompt,
        repeated=at.size - kept.size,
    )

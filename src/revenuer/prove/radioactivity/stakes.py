"""What an open test stakes on each token after each window: how far the suspect's next-token distribution lies from a reference's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.radioactivity.contexts import Place, Tokens, Window, fresh_windows
from revenuer.prove.radioactivity.next_tokens import Float32Array, NextTokens
from revenuer.records import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
CONTEXTS_AT_ONCE = 512
HELD = 1 << 27
"""Probabilities held in memory at a time for each model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """One row for each distinct window: `windows` (rows, width); `frequencies` (rows,), how often each stands in texts that know nothing of the key;
    `tokens` (rows, kept), the ids staked on, all different in a row; `suspect` and `reference` (rows, kept), their probabilities by either
    model (or the suspect's shares where its text was `counted`). None of it may depend on the window's own draws."""

    windows: IntArray
    frequencies: FloatArray
    tokens: IntArray
    suspect: FloatArray
    reference: FloatArray
    counted: bool = False

    @property
    def rows(self) -> int:
        return len(self.windows)


def stakes_of(places: Sequence[Place], suspect: NextTokens, reference: NextTokens, *, kept: int) -> Stakes:
    """Return the stakes: probabilities are means over a place's contexts, of the `kept` tokens that both together find most probable (all, where
    the models know fewer).

    Raises InputError where the two models have vocabularies of other sizes.
    """
    size = _vocabulary(places, suspect, reference)
    return _stakes(places, lambda part: _means(suspect, part, size), reference, size, kept, counted=False)


def _stakes(
    places: Sequence[Place],
    suspect: Callable[[Sequence[Place]], Float32Array],
    reference: NextTokens,
    size: int,
    kept: int,
    *,
    counted: bool,
) -> Stakes:
    kept = min(kept, size)
    tokens, ours, theirs = [np.empty((0, kept), np.int32)], [np.empty((0, kept))], [np.empty((0, kept))]
    at_once = max(1, HELD // max(size, 1))
    for low in range(0, len(places), at_once):
        part = places[low : low + at_once]
        own, other = suspect(part), _means(reference, part, size)
        top = np.sort(np.argpartition(-(own + other), kept - 1, axis=1)[:, :kept], axis=1)
        tokens.append(top.astype(np.int32))
        ours.append(np.take_along_axis(own, top, 1).astype(np.float64))
        theirs.append(np.take_along_axis(other, top, 1).astype(np.float64))
    width = len(places[0].window) if places else 1
    # Six decimals: what the evidence pack holds is what the test computes with.
    return Stakes(
        windows=np.asarray([place.window for place in places], np.int32).reshape(len(places), width),
        frequencies=np.array([place.frequency for place in places], np.float64),
        tokens=np.concatenate(tokens),
        suspect=np.concatenate(ours).round(6),
        reference=np.concatenate(theirs).round(6),
        counted=counted,
    )


def counted_stakes(
    exchanges: Sequence[tuple[Tokens, Tokens]], reference: NextTokens, width: int, *, windows: int, kept: int
) -> Stakes:
    """Return the stakes of a suspect's own text: how often each token followed each window, beside what the reference expected in the same
    contexts. The `windows` most frequent ones; frequencies are theirs.

    `exchanges`: (prompt, answer) token ids. A window counts where neither the prompt nor the answer so far holds it. Raises InputError for a
    token that the reference does not know.
    """
    followers: dict[Window, list[int]] = {}
    contexts: dict[Window, list[tuple[int, ...]]] = {}
    for prompt, answer in exchanges:
        text = tuple(prompt) + tuple(answer)
        for window, context in fresh_windows(prompt, answer, width):
            if len(context) < len(text):
                followers.setdefault(window, []).append(text[len(context)])
                contexts.setdefault(window, []).append(context)
    chosen = sorted(followers, key=lambda window: len(followers[window]), reverse=True)[:windows]
    places = [
        Place(window=window, frequency=len(followers[window]), contexts=tuple(contexts[window]))
        for window in chosen
    ]
    size = _vocabulary(places, reference, reference)
    if any(max(followers[window]) >= size for window in chosen):
        raise InputError(
            f"the answers hold tokens that {reference.name} does not know (it knows {size}); give a reference with their tokenizer"
        )
    return _stakes(
        places,
        lambda part: _shares([followers[place.window] for place in part], size),
        reference,
        size,
        kept,
        counted=True,
    )


def _shares(followers: Sequence[Sequence[int]], size: int) -> Float32Array:
    shares = np.zeros((len(followers), size), np.float32)
    for row, tokens in zip(shares, followers, strict=True):
        np.add.at(row, tokens, 1.0 / len(tokens))
    return shares


def _vocabulary(places: Sequence[Place], suspect: NextTokens, reference: NextTokens) -> int:
    if not places:
        return 0
    first = [places[0].contexts[0]]
    own, other = (model.next_token_logprobs(first).shape[1] for model in (suspect, reference))
    if own != other:
        raise InputError(
            f"{suspect.name} knows {own} tokens and {reference.name} {other}; give a reference with the suspect's tokenizer"
        )
    return int(own)


def _means(model: NextTokens, places: Sequence[Place], size: int) -> Float32Array:
    """Return the mean probabilities of each place: shape (places, vocabulary)."""
    means = np.zeros((len(places), size), np.float32)
    # Contexts of one text stand together, so that a model can read them at once.
    asked = sorted((context, row) for row, place in enumerate(places) for context in place.contexts)
    for low in range(0, len(asked), CONTEXTS_AT_ONCE):
        part = asked[low : low + CONTEXTS_AT_ONCE]
        probabilities = np.exp(model.next_token_logprobs([context for context, _ in part]))
        np.add.at(means, [row for _, row in part], probabilities)
    means /= np.array([[len(place.contexts)] for place in places], np.float32)
    return means

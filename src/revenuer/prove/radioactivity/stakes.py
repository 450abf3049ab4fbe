"""What an open test stakes on each token after each window: how far the suspect's next-token distribution lies from a reference's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.radioactivity.contexts import Place
from revenuer.prove.radioactivity.next_tokens import NextTokens
from revenuer.records import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
CONTEXTS_AT_ONCE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """One row for each distinct window: `windows` (rows, width); `tokens` (rows, kept), the ids staked on, all different in a row; `suspect` and
    `reference` (rows, kept), their probabilities by either model. None of it may depend on the window's own draws."""

    windows: IntArray
    tokens: IntArray
    suspect: FloatArray
    reference: FloatArray

    @property
    def rows(self) -> int:
        return len(self.windows)


def stakes_of(places: Sequence[Place], suspect: NextTokens, reference: NextTokens, *, kept: int) -> Stakes:
    """Return the stakes: probabilities are means over a place's contexts, of the `kept` tokens that both together find most probable.

    Raises InputError where the two models have vocabularies of other sizes.
    """
    tokens, ours, theirs = [np.empty((0, kept), np.int32)], [np.empty((0, kept))], [np.empty((0, kept))]
    for part in _parts(places):
        contexts = [context for place in part for context in place.contexts]
        starts = np.cumsum([0, *(len(place.contexts) for place in part)])[:-1]
        own, other = (_means(model, contexts, starts) for model in (suspect, reference))
        if own.shape != other.shape:
            raise InputError(
                f"{suspect.name} knows {own.shape[1]} tokens and {reference.name} {other.shape[1]}; "
                "give a reference with the suspect's tokenizer"
            )
        if own.shape[1] < kept:
            raise InputError(f"the models know {own.shape[1]} tokens; stake on fewer than {kept}")
        top = np.sort(np.argpartition(-(own + other), kept - 1, axis=1)[:, :kept], axis=1)
        tokens.append(top.astype(np.int32))
        ours.append(np.take_along_axis(own, top, 1))
        theirs.append(np.take_along_axis(other, top, 1))
    width = len(places[0].window) if places else 1
    # Six decimals: what the evidence pack holds is what the test computes with.
    return Stakes(
        windows=np.asarray([place.window for place in places], np.int32).reshape(len(places), width),
        tokens=np.concatenate(tokens),
        suspect=np.concatenate(ours).round(6),
        reference=np.concatenate(theirs).round(6),
    )


def _parts(places: Sequence[Place]) -> list[list[Place]]:
    """Split the places so that each part has about CONTEXTS_AT_ONCE contexts."""
    parts: list[list[Place]] = []
    held = CONTEXTS_AT_ONCE
    for place in places:
        if held >= CONTEXTS_AT_ONCE:
            parts.append([])
            held = 0
        parts[-1].append(place)
        held += len(place.contexts)
    return parts


def _means(model: NextTokens, contexts: Sequence[Sequence[int]], starts: npt.NDArray[np.intp]) -> FloatArray:
    probabilities = np.exp(model.next_token_logprobs(contexts), dtype=np.float64)
    counts = np.diff(np.append(starts, len(contexts)))
    return np.asarray(np.add.reduceat(probabilities, starts, axis=0) / counts[:, None])

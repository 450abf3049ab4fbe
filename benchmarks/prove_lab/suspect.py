"""A laboratory model as the tests of `prove` see a suspect: its next-token distribution, its scores, its own text."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from prove_lab.corpus import Tokens
from prove_lab.model import Decoder
from prove_lab.sample import PlainSampling, sample
from revenuer.prove.suspect import Scored

BATCH = 128


def as_text(tokens: Tokens) -> str:
    """Return token ids as text that gives the same ids back, which decoded text does not always do."""
    return " ".join(map(str, tokens.tolist()))


class LabSuspect:
    """Implements NextTokens, and Scorer over texts as `as_text` writes them."""

    def __init__(self, name: str, model: Decoder) -> None:
        self.name, self.model = name, model

    @torch.inference_mode()
    def next_token_logprobs(self, contexts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return log-probabilities after each context: shape (contexts, vocabulary). Contexts that begin alike are read once."""
        found = np.empty((len(contexts), self.model.shape.vocabulary), np.float32)
        texts = _longest(contexts)
        for low in range(0, len(texts), BATCH):
            part = texts[low : low + BATCH]
            # A causal model's figures at a row's own tokens do not see what pads it on the right.
            rows = np.zeros((len(part), max(len(text) for text, _ in part)), np.int64)
            for row, (text, _) in zip(rows, part, strict=True):
                row[: len(text)] = text
            states = self.model.states(torch.from_numpy(rows))
            places = [(row, length - 1, i) for row, (_, parts) in enumerate(part) for length, i in parts]
            at, last, which = (torch.tensor(column) for column in zip(*places, strict=True))
            found[which.numpy()] = torch.log_softmax(self.model.logits(states[at, last]), -1).numpy()
        return found

    @torch.inference_mode()
    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return the log-probabilities of each continuation; all prompts must have one length, and all continuations too."""
        rows = np.array([[int(word) for word in (p + " " + c).split()] for p, c in pairs], np.int64)
        begin = len(pairs[0][0].split())
        scores: list[Scored] = []
        for low in range(0, len(rows), BATCH):
            ids = torch.from_numpy(rows[low : low + BATCH])
            logits = self.model.logits(self.model.states(ids[:, :-1])[:, begin - 1 :])
            picked = torch.log_softmax(logits, -1).gather(2, ids[:, begin:, None])[:, :, 0]
            scores += [Scored(logprobs=row) for row in picked.double().numpy()]
        return scores

    def writes(self, prompts: Tokens, length: int, seed: int) -> Tokens:
        """Return (prompts, length): each prompt and what the model writes after it, at temperature 1."""
        return sample(self.model, prompts, length, PlainSampling(seed))


class RememberingScorer:
    """A model that is asked again and again about the same texts, and reads each once. Implements Scorer."""

    def __init__(self, suspect: LabSuspect) -> None:
        self.name, self._suspect = suspect.name, suspect
        self._known: dict[tuple[str, str], Scored] = {}

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return the log-probabilities of each continuation."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        if new:
            self._known.update(zip(new, self._suspect.score(new), strict=True))
        return [self._known[pair] for pair in pairs]


def _longest(contexts: Sequence[Sequence[int]]) -> list[tuple[tuple[int, ...], list[tuple[int, int]]]]:
    """Return the contexts that no other continues, each with (length, index) of itself and of those that it continues."""
    order = sorted(range(len(contexts)), key=lambda i: tuple(contexts[i]), reverse=True)
    found: list[tuple[tuple[int, ...], list[tuple[int, int]]]] = []
    for i in order:
        context = tuple(contexts[i])
        # In this order a context comes right after all that continue it.
        if not found or found[-1][0][: len(context)] != context:
            found.append((context, []))
        found[-1][1].append((len(context), i))
    return found

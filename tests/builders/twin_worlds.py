"""Worlds of small n-gram models: a teacher, logs of its twins, and students that were or were not trained on what was released."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.suspect import Scored
from revenuer.prove.twins import TwinRecord

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

WORDS = 24
LENGTH = 16


@dataclass(frozen=True)
class Ngrams:
    """A language model of orders one to three, mixed. `three`: probabilities of shape (words**2, words)."""

    three: FloatArray
    name: str = "suspect"

    def sample(self, starts: IntArray, rng: np.random.Generator) -> IntArray:
        """Return one text of LENGTH words for each start (two words before it)."""
        state = starts[:, 0] * WORDS + starts[:, 1]
        texts = np.empty((len(starts), LENGTH), np.int64)
        cumulative = np.cumsum(self.three, axis=1)
        for i in range(LENGTH):
            texts[:, i] = np.minimum(
                (rng.random(len(starts))[:, None] > cumulative[state]).sum(axis=1), WORDS - 1
            )
            state = state % WORDS * WORDS + texts[:, i]
        return texts

    def logprobs(self, starts: IntArray, texts: IntArray) -> FloatArray:
        """Return the log-probability of each word, shape (texts, LENGTH)."""
        whole = np.concatenate([starts, texts], axis=1)
        return np.log(self.three[whole[:, :-2] * WORDS + whole[:, 1:-1], whole[:, 2:]])

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        found = []
        for prompt, text in pairs:
            whole = np.asarray([*prompt.split(), *text.split()], np.int64)
            context = whole[:-2] * WORDS + whole[1:-1]
            found.append(Scored(logprobs=np.log(self.three[context, whole[2:]])))
        return found


def teacher_of(rng: np.random.Generator) -> Ngrams:
    return Ngrams(rng.dirichlet(np.full(WORDS, 0.15), WORDS * WORDS) * 0.98 + 0.02 / WORDS)


def student_of(
    starts: IntArray, texts: IntArray, base: Ngrams, weight: float = 2.0, name: str = "suspect"
) -> Ngrams:
    """Return `base` after training on the texts: its probabilities are `weight` counts beside those of the texts."""
    whole = np.concatenate([starts, texts], axis=1)
    flat = ((whole[:, :-2] * WORDS + whole[:, 1:-1]) * WORDS + whole[:, 2:]).ravel()
    counts = np.bincount(flat, minlength=WORDS**3).reshape(-1, WORDS)
    return Ngrams((counts + weight * base.three) / (counts.sum(axis=1, keepdims=True) + weight), name)


def starts_of(records: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, WORDS, (records, 2))


@dataclass(frozen=True)
class DrawnLog:
    """`texts`: shape (records, draws, LENGTH); `released`: the lots."""

    starts: IntArray
    texts: IntArray
    released: IntArray

    @property
    def released_texts(self) -> IntArray:
        return self.texts[np.arange(len(self.texts)), self.released]

    @property
    def twin_texts(self) -> IntArray:
        """The first twin of each record."""
        other = (self.released + 1) % self.texts.shape[1]
        return self.texts[np.arange(len(self.texts)), other]

    def scores(self, model: Ngrams) -> list[FloatArray]:
        records, draws, _ = self.texts.shape
        flat = model.logprobs(np.repeat(self.starts, draws, axis=0), self.texts.reshape(-1, LENGTH))
        return list(flat.sum(axis=1).reshape(records, draws))

    def records(self, campaign: str = "C-1", first: int = 1) -> list[TwinRecord]:
        return [
            TwinRecord(
                index=first + i,
                campaign=campaign,
                prompt=" ".join(map(str, start)),
                texts=tuple(" ".join(map(str, text)) for text in texts),
                released=int(released),
            )
            for i, (start, texts, released) in enumerate(
                zip(self.starts.tolist(), self.texts.tolist(), self.released, strict=True)
            )
        ]


def draw_log(teacher: Ngrams, records: int, draws: int, rng: np.random.Generator) -> DrawnLog:
    return next(iter(draw_logs(teacher, 1, records, draws, rng)))


def draw_logs(
    teacher: Ngrams, logs: int, records: int, draws: int, rng: np.random.Generator
) -> Iterator[DrawnLog]:
    """Yield independent logs, drawn together because that is quicker."""
    starts = starts_of(logs * records, rng)
    texts = teacher.sample(np.repeat(starts, draws, axis=0), rng).reshape(logs, records, draws, LENGTH)
    for own, drawn in zip(starts.reshape(logs, records, 2), texts, strict=True):
        yield DrawnLog(own, drawn, rng.integers(0, draws, records))

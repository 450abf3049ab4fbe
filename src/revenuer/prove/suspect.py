"""How a suspect model is asked: what it writes, and how probable it finds a text. Files, endpoints and open weights all answer to this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to the suspect: `sample` numbers several answers to one prompt, from 0."""

    prompt_id: str
    prompt: str
    sample: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the suspect wrote. `tokens`: ids in the suspect's own tokenizer where they are known. `finish_reason` as in the Exchange table;
    None where the source does not say."""

    prompt_id: str
    prompt: str
    text: str
    sample: int = 0
    finish_reason: str | None = None
    tokens: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How probable a continuation is to the suspect: `logprobs`, nats, one for each of its tokens. None where it could not be scored, and
    `reason` says why: such a pair is left out and counted. `straddling`: the first of these tokens also holds the last characters of the
    prompt."""

    logprobs: FloatArray | None
    reason: str = ""
    straddling: bool = False

    @property
    def total(self) -> float:
        """The log-likelihood of the whole continuation in nats. Raises ValueError where it was not scored."""
        if self.logprobs is None:
            raise ValueError(f"not scored: {self.reason}")
        return float(self.logprobs.sum())


class Writer(Protocol):
    """A suspect that can be asked for answers."""

    @property
    def name(self) -> str:
        """What reports call the suspect."""

    def answers(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Yield an answer for each, in any order; what failed for good is not among them and is counted by the source."""


class Scorer(Protocol):
    """A suspect that tells how probable a text is: open weights, or an endpoint with `prompt_logprobs` or echo."""

    @property
    def name(self) -> str:
        """What reports call the suspect."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return, for each (prompt, continuation), the continuation's log-probabilities, in order."""

"""Changes the rows of a batch of logits that are to carry a mark, and no other."""

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.prf import WORDS, Key, green_threshold
from revenuer.prove.processors.repeated_windows import RepeatedWindows
from revenuer.prove.processors.torch_words import vocabulary_words
from revenuer.records import UsageError


def system_coin() -> float:
    """Return a uniform that nobody can foresee."""
    return secrets.randbits(53) / (1 << 53)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is drawn: what Gumbel marks must know, since they choose the token themselves. Temperature 0 = the likeliest."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0


@dataclass(slots=True, kw_only=True)
class MarkedRow:
    """One response that is to carry a mark. `coins`: uniforms of the server's own, for dual Gumbel marks."""

    candidate: Candidate
    sampling: Sampling = field(default_factory=Sampling)
    coins: Callable[[], float] = system_coin
    windows: RepeatedWindows = field(init=False)

    def __post_init__(self) -> None:
        """Raise UsageError for a scheme that no processor puts on."""
        if not isinstance(self.candidate.scheme, Green | Gumbel | DualGumbel):
            raise UsageError(f"the scheme {self.candidate.scheme.name} is detected here, not put on")
        self.windows = RepeatedWindows(self.candidate.scheme.width)

    @property
    def chooses(self) -> bool:
        """Whether the mark is the choice of the token, so that a token which is not drawn at random cannot carry it."""
        return not isinstance(self.candidate.scheme, Green)

    def key(self) -> Key:
        """Return the key of this position: of two, the one that the coin says."""
        words, scheme = self.candidate.words, self.candidate.scheme
        if isinstance(scheme, DualGumbel) and self.coins() >= scheme.first_share:
            return words[2], words[3]
        return words[0], words[1]


def mark_rows(
    logits: torch.Tensor, rows: Mapping[int, MarkedRow], responses: Mapping[int, Sequence[int]]
) -> torch.Tensor:
    """Return logits of shape (batch, vocabulary) with the rows' marks, changed in place; rows that are not named keep every bit.

    `responses[row]`: the tokens written so far, without the prompt.
    """
    due: list[tuple[int, MarkedRow, tuple[int, ...]]] = []
    for number, row in rows.items():
        if row.chooses and row.sampling.temperature <= 0.0:
            continue
        window = row.windows.window(responses[number])
        if window is not None:
            due.append((number, row, window))
    if not due:
        return logits
    words = vocabulary_words(
        [window for _, _, window in due], [row.key() for _, row, _ in due], logits.shape[-1], logits.device
    )
    for (number, row, _), own in zip(due, words, strict=True):
        scheme = row.candidate.scheme
        if isinstance(scheme, Green):
            green = (own < green_threshold(scheme.gamma)).to(logits.dtype)
            logits[number] += scheme.delta * green
        else:
            chosen = _choice(truncated(logits[number].double(), row.sampling), own)
            logits[number] = -math.inf
            logits[number, chosen] = 0.0
    return logits


def truncated(logits: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Return the probabilities, shape (vocabulary,), after temperature, min-p, top-k and top-p in this order."""
    scaled = logits / sampling.temperature
    if sampling.min_p > 0.0:
        scaled = scaled.masked_fill(scaled < scaled.max() + math.log(sampling.min_p), -math.inf)
    if 0 < sampling.top_k < scaled.numel():
        scaled = scaled.masked_fill(scaled < scaled.topk(sampling.top_k).values[-1], -math.inf)
    if sampling.top_p < 1.0:
        ordered, order = scaled.sort(descending=True)
        before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
        scaled = scaled.masked_fill(
            torch.zeros_like(before, dtype=torch.bool).scatter(0, order, before >= sampling.top_p), -math.inf
        )
    return scaled.softmax(-1)


def _choice(probabilities: torch.Tensor, words: torch.Tensor) -> int:
    """Return the token of the smallest -log(u) / probability."""
    waits = -torch.log((words.double() + 0.5) / WORDS) / probabilities
    return int(waits.masked_fill(probabilities <= 0.0, math.inf).argmin())

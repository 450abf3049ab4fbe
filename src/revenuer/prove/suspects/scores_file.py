"""A suspect given as a file of log-probabilities: scored elsewhere, audited from the file."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from revenuer.prove.suspect import Scored
from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError, QuarantinedRow

EXPECTED = 'scores as JSON lines or Parquet with "prompt", "continuation" and "logprobs" (nats, one for each token of the continuation)'
ABOVE_ZERO = 1e-4
"""A log-probability may exceed 0 by the rounding of 16-bit floats; beyond it, these are no log-probabilities."""
SAME = 1e-6
"""Two scores of one pair that differ by no more, a token, are one score."""

CONFLICTING = "the file has two different scores for this pair"
ABSENT = "the file has no score for this pair"


class ScoreRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a scores file. `logprobs` is null where the pair could not be scored, and `reason` says why."""

    prompt: str
    continuation: str
    logprobs: tuple[float, ...] | None = None
    reason: str = ""
    straddling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresFile:
    """Scores by (prompt, continuation), to the letter. Implements Scorer: a pair that the file lacks, or scores in two ways, is not scored."""

    name: str
    by_pair: Mapping[tuple[str, str], Scored]
    set_aside: Mapping[str, int]
    quarantine: tuple[QuarantinedRow, ...]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return the scores, in order."""
        missing = Scored(logprobs=None, reason=ABSENT)
        return [self.by_pair.get(pair, missing) for pair in pairs]


def read_scores(path: Path) -> ScoresFile:
    """Return the scores of a file. Set aside: rows that cannot be read, and log-probabilities that are none (positive, not finite, or none at
    all for a continuation). Raises InputError where no row is left.
    """
    aside = SetAside(str(path))
    found: dict[tuple[str, str], Scored] = {}
    for line, row in read_rows(path, ScoreRow, aside, EXPECTED):
        fault = _fault(row)
        if fault:
            aside.add(line, fault, row.continuation)
            continue
        pair = (row.prompt, row.continuation)
        scored = _scored(row)
        if pair in found:
            agree = _agree(found[pair], scored)
            aside.add(line, "the same score again" if agree else CONFLICTING, row.continuation)
            scored = found[pair] if agree else Scored(logprobs=None, reason=CONFLICTING)
        found[pair] = scored
    if not found:
        first = f" (line {aside.kept[0].line}: {aside.kept[0].reason})" if aside.kept else ""
        raise InputError(f"{path} holds no score{first}, expected {EXPECTED}")
    return ScoresFile(name=path.name, by_pair=found, set_aside=dict(aside.reasons), quarantine=aside.kept)


def scores_bytes(pairs: Iterable[tuple[str, str]], scores: Iterable[Scored]) -> bytes:
    """Return a scores file as JSON lines: what `read_scores` reads back as the same numbers."""
    encoder = msgspec.json.Encoder()
    lines: list[bytes] = []
    for (prompt, continuation), scored in zip(pairs, scores, strict=True):
        logprobs = None if scored.logprobs is None else tuple(map(float, scored.logprobs))
        row = ScoreRow(prompt, continuation, logprobs, scored.reason, scored.straddling)
        lines.append(encoder.encode(row) + b"\n")
    return b"".join(lines)


def _fault(row: ScoreRow) -> str:
    if not row.continuation:
        return "an empty continuation"
    if row.logprobs is None:
        return "" if row.reason else "neither log-probabilities nor a reason"
    if not row.logprobs:
        return "no log-probabilities"
    if not all(math.isfinite(value) for value in row.logprobs):
        return "a log-probability that is not finite"
    return "a log-probability above 0" if max(row.logprobs) > ABOVE_ZERO else ""


def _scored(row: ScoreRow) -> Scored:
    if row.logprobs is None:
        return Scored(logprobs=None, reason=row.reason)
    return Scored(logprobs=np.array(row.logprobs, np.float64), straddling=row.straddling)


def _agree(one: Scored, other: Scored) -> bool:
    if one.logprobs is None or other.logprobs is None:
        return one.logprobs is other.logprobs and one.reason == other.reason
    return one.logprobs.shape == other.logprobs.shape and bool(
        np.allclose(one.logprobs, other.logprobs, rtol=0.0, atol=SAME)
    )

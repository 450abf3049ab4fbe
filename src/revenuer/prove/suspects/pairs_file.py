"""Pairs of prompt and continuation that a suspect shall score: {"prompt", "continuation"}, one a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError, QuarantinedRow

EXPECTED = 'pairs as JSON lines or Parquet with "prompt" and "continuation"'


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsFile:
    """Different pairs in the order of the file, and the rows that could not be used. A pair that comes again is the same question and is
    asked once."""

    pairs: tuple[tuple[str, str], ...]
    set_aside: Mapping[str, int]
    quarantine: tuple[QuarantinedRow, ...]


class _Row(msgspec.Struct, frozen=True):
    prompt: str
    continuation: str


def read_pairs(path: Path) -> PairsFile:
    """Return the pairs of a file. Raises InputError where there are none."""
    aside = SetAside(str(path))
    pairs: dict[tuple[str, str], None] = {}
    for line, row in read_rows(path, _Row, aside, EXPECTED):
        if row.continuation:
            pairs[row.prompt, row.continuation] = None
        else:
            aside.add(line, "an empty continuation", row.prompt)
    if not pairs:
        first = f" (line {aside.kept[0].line}: {aside.kept[0].reason})" if aside.kept else ""
        raise InputError(f"{path} holds no pair{first}, expected {EXPECTED}")
    return PairsFile(pairs=tuple(pairs), set_aside=dict(aside.reasons), quarantine=aside.kept)

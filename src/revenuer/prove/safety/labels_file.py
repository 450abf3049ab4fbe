"""Refusals told by people: a sheet of answers drawn at random to be labelled, and the labels read back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from revenuer.prove.suspect import Answer
from revenuer.prove.suspects.rows import read_rows
from revenuer.prove.suspects.set_aside import SetAside
from revenuer.records import InputError, QuarantinedRow

Side = Literal["suspect", "teacher"]
Place = tuple[str, str, int]
"""(side, prompt_id, sample)."""

EXPECTED = 'labels as JSON lines or Parquet with "refused" (true or false) and "label_id", or "side", "prompt_id" and "sample"'
CONFLICTING = "another label for the same answer"


class _Row(msgspec.Struct, frozen=True):
    refused: bool | None = None
    label_id: str | None = None
    side: Side | None = None
    prompt_id: str | None = None
    sample: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """`refused` by place; rows that could not be used. `unlabelled`: rows of a sheet that nobody filled in."""

    refused: Mapping[Place, bool]
    unlabelled: int
    set_aside: Mapping[str, int]
    quarantine: tuple[QuarantinedRow, ...]


def label_id(place: Place) -> str:
    """Return the name under which an answer stands in a sheet: it does not show whose answer it is."""
    return hashlib.sha256("\0".join(map(str, place)).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def label_sheet(
    suspect: Sequence[Answer], teacher: Sequence[Answer], *, size: int, rng: np.random.Generator
) -> bytes:
    """Return `size` answers (or all) of both sides, drawn without replacement and mixed, with `refused` left to be filled in by somebody who is
    not told whose they are."""
    places: list[tuple[Place, Answer]] = [
        ((side, answer.prompt_id, answer.sample), answer)
        for side, answers in (("suspect", suspect), ("teacher", teacher))
        for answer in answers
    ]
    drawn = rng.permutation(len(places))[:size]
    encoder = msgspec.json.Encoder()
    rows = []
    for index in drawn.tolist():
        place, answer = places[index]
        rows.append(
            {"label_id": label_id(place), "prompt": answer.prompt, "text": answer.text, "refused": None}
        )
    return b"".join(encoder.encode(row) + b"\n" for row in rows)


def read_labels(path: Path, places: Sequence[Place]) -> Labels:
    """Return the labels of those of `places` that the file names. Two labels that contradict each other label nothing.

    Raises InputError where no row can be used.
    """
    aside = SetAside(str(path))
    by_id = {label_id(place): place for place in places}
    known = set(places)
    found: dict[Place, bool] = {}
    torn: set[Place] = set()
    unlabelled = 0
    for line, row in read_rows(path, _Row, aside, EXPECTED):
        place = by_id.get(row.label_id) if row.label_id is not None else _place(row)
        if place is None or place not in known:
            aside.add(line, "it labels no answer that is compared", row.label_id or row.prompt_id or "")
        elif row.refused is None:
            unlabelled += 1
        elif place in found and found[place] != row.refused:
            torn.add(place)
            aside.add(line, CONFLICTING, row.label_id or row.prompt_id or "")
        else:
            found[place] = row.refused
    if not found:
        first = f" (line {aside.kept[0].line}: {aside.kept[0].reason})" if aside.kept else ""
        raise InputError(
            f"{path} holds no label{first}, expected {EXPECTED}; fill in the sheet that --draw-labels wrote"
        )
    refused = {place: value for place, value in found.items() if place not in torn}
    return Labels(
        refused=refused, unlabelled=unlabelled, set_aside=dict(aside.reasons), quarantine=aside.kept
    )


def _place(row: _Row) -> Place | None:
    return (
        (row.side, row.prompt_id, row.sample) if row.side is not None and row.prompt_id is not None else None
    )

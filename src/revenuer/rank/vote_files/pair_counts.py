"""Votes already counted by pair, as JSON: `models`, `X` (pairs of places in it) and `Y` (wins, wins, ties, both bad)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from revenuer.rank.vote_files.bad_rows import BadRows
from revenuer.rank.vote_files.opening import text_chunks
from revenuer.rank.votes import Votes, votes_of_tally
from revenuer.records import WINNERS, InputError

MOST_VOTES = 500_000_000
"""One vote takes 9 bytes, and a few numbers can ask for any memory."""
_MOST_BYTES = 256 << 20
BAD_PAIR = "pair is not the places of two different models"
BAD_COUNTS = f"counts are not {len(WINNERS)} whole numbers from 0 up"
_FORM = '{"models": [...], "X": [[i, j], ...], "Y": [[i wins, j wins, ties, both bad], ...]}'


class _Counts(msgspec.Struct):
    models: list[str]
    pairs: list[Any] = msgspec.field(name="X")
    counts: list[Any] = msgspec.field(name="Y")


def read_pair_counts(path: Path, file: str, bad: BadRows) -> Votes:
    """Return one vote for each that is counted; entries that make no sense go to `bad` by their number, from 1.

    All that `models` lists are models of the result, also those without votes. Raises InputError where the form is another.
    """
    given = _decoded(path, file)
    rows = [
        (pair, counts)
        for entry, (pair, counts) in enumerate(zip(given.pairs, given.counts, strict=True), 1)
        if _good(entry, pair, counts, len(given.models), bad)
    ]
    total = sum(int(count) for _, counts in rows for count in counts)
    if total > MOST_VOTES:
        raise InputError(
            f"{file} counts {total:,} votes, expected at most {MOST_VOTES:,}; count a sample of them"
        )
    if not total:
        raise InputError(
            f"{file} holds no vote that can be used: {bad.total} of {len(given.pairs)} entries were set aside and the others "
            f"count none; expected {_FORM}"
        )
    order = sorted(range(len(given.models)), key=lambda place: given.models[place])
    place = np.argsort(order)
    votes = votes_of_tally(
        tuple(given.models[old] for old in order),
        place[np.array([pair for pair, _ in rows], np.int64)],
        np.array([[int(count) for count in counts] for _, counts in rows], np.int64),
        file,
    )
    return replace(votes, quarantined=bad.total, reasons=bad.reasons, quarantine=bad.kept)


def _decoded(path: Path, file: str) -> _Counts:
    text = bytearray()
    for chunk in text_chunks(path, file):
        text += chunk
        if len(text) > _MOST_BYTES:
            raise InputError(
                f"{file} has more than {_MOST_BYTES >> 20} MiB, too much for pair counts; write votes as Parquet"
            )
    try:
        given = msgspec.json.decode(text, type=_Counts)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{file} is not pair counts ({str(error)[:120]}), expected {_FORM}; export it again"
        ) from error
    twice = len(given.models) - len(set(given.models))
    if twice or "" in given.models:
        raise InputError(
            f"{file} lists {twice} models twice or one without a name; give each model one name of its own"
        )
    if len(given.pairs) != len(given.counts):
        raise InputError(
            f"{file} has {len(given.pairs)} pairs in X and {len(given.counts)} counts in Y, expected as many; export it again"
        )
    return given


def _good(entry: int, pair: Any, counts: Any, models: int, bad: BadRows) -> bool:
    """Tell whether an entry can be used, and set it aside if not."""
    places = isinstance(pair, list) and len(pair) == 2 and all(_whole(one) and one < models for one in pair)
    if not places or pair[0] == pair[1]:
        reason = BAD_PAIR
    elif not (isinstance(counts, list) and len(counts) == len(WINNERS) and all(map(_whole, counts))):
        reason = BAD_COUNTS
    else:
        return True
    bad.add(entry, reason, f"X={pair!s:.80} Y={counts!s:.80}")
    return False


def _whole(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return False
    return number >= 0 and (isinstance(number, int) or number.is_integer())

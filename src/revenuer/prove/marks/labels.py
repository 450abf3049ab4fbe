"""The list of accounts and campaigns that were served marked text: one label a line, with its epoch where it has one of its own."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from revenuer.prove.marks.keys import LABEL, LABELS_LIKE
from revenuer.records import InputError


def read_labels(path: Path, epochs: Sequence[date]) -> list[tuple[str, date]]:
    """Return (label, epoch) of each line `LABEL [EPOCH]`; a line without epoch stands for each of `epochs`. `#` begins a comment.

    Raises InputError, with file and line, for what is no label or date, and for a line without epoch where none is given.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InputError(
            f"cannot read the labels {path}: {error.strerror}; name a file that you can read"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is no text in UTF-8; write one label a line, such as {LABELS_LIKE}"
        ) from error
    found: dict[tuple[str, date], None] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if words:
            found |= dict.fromkeys(_line(f"{path}, line {number}", words, epochs))
    if not found:
        raise InputError(f"{path} holds no label; write one a line, such as {LABELS_LIKE}")
    return list(found)


def _line(where: str, words: Sequence[str], epochs: Sequence[date]) -> list[tuple[str, date]]:
    if len(words) > 2 or not LABEL.fullmatch(words[0]):
        raise InputError(
            f"{where}: got {' '.join(words)[:80]!r}, expected a label and perhaps a date, such as {LABELS_LIKE}"
        )
    if len(words) == 1:
        if not epochs:
            raise InputError(f"{where}: {words[0]} has no epoch; write its date behind it, or give --epoch")
        return [(words[0], epoch) for epoch in epochs]
    return [(words[0], parse_epoch(words[1], where))]


def parse_epoch(text: str, where: str) -> date:
    """Return the date. Raises InputError naming `where`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{where}: got the epoch {text!r}, expected a date such as 2026-03-01") from error

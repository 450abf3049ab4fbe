"""What the commands on commitment logs share: options, JSON lines in and out, words on stderr."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from revenuer.prove.twins import Head, head_of
from revenuer.records import InputError, ResourceError

T = TypeVar("T")

folder_argument = click.argument("folder", type=click.Path(path_type=Path))
campaign_option = click.option(
    "--campaign", "campaigns", multiple=True, metavar="NAME", help="Only this campaign; may be repeated."
)
head_option = click.option(
    "--head",
    metavar="ENTRIES:SHA256",
    help="A head that was published or dated: the log must hold it, and is read up to there.",
)


def warn(sentence: str) -> None:
    """Say it on stderr."""
    click.echo(f"revenuer: {sentence}", err=True)


def head_given(text: str | None) -> Head | None:
    """Return the head of --head. Raises InputError where it is none."""
    return None if text is None else head_of(text)


def read_lines(name: str, row: type[T]) -> Iterator[tuple[int, T]]:
    """Yield line number and row of a file of JSON lines, `-` for stdin; blank lines are skipped.

    Raises InputError, with file and line, for anything else.
    """
    try:
        with click.open_file(name, "rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    yield number, msgspec.json.decode(line, type=row)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise InputError(
                        f"{name}, line {number}: {error}; mend the line and give the rest again"
                    ) from error
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}; name a file that you can read") from error


def say_line(row: Any) -> None:
    """Print one JSON line, at once: whoever reads it may act on it."""
    click.echo(msgspec.json.encode(row).decode())


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Write a file of JSON lines in one step. Raises ResourceError where it cannot be written."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            for row in rows:
                stream.write(msgspec.json.encode(row) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ResourceError(f"cannot write {path}: {error.strerror}; name another file") from error

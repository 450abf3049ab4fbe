"""Options of the commands that read a log, and what they mean."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from revenuer.ingest import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


def moment(_: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read an ISO 8601 date or time; without a zone it is UTC."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no date or time; write 2026-06-10 or 2026-06-10T08:00:00Z", param=parameter
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


accounts_option = click.option("--accounts", help="Account table (Parquet, CSV or JSONL).")
workdir_option = click.option(
    "--workdir", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Where scratch files go."
)
threads_option = click.option(
    "--threads", default=2, show_default=True, type=click.IntRange(min=1), help="Threads."
)
_since_option = click.option("--since", callback=moment, help="Leave out requests before this time.")
_until_option = click.option("--until", callback=moment, help="Leave out requests from this time on.")
_memory_option = click.option(
    "--memory",
    "memory_mb",
    default=1500,
    show_default=True,
    type=click.IntRange(min=256),
    help="MB the engine may hold before it spills; the rest of the program comes on top.",
)


def format_options(function: F) -> F:
    """Add --format and --mapping."""
    log_format = click.option(
        "--format",
        "log_format",
        default="auto",
        show_default=True,
        type=click.Choice(["auto", *FORMATS]),
        help="Log format.",
    )
    mapping = click.option(
        "--mapping",
        type=click.Path(path_type=Path),
        help="TOML file that maps your fields to the exchange columns.",
    )
    return log_format(mapping(function))


def log_options(function: F) -> F:
    """Add all of them; the command takes them as keywords, the fields of LogOptions (`mapping` still a path)."""
    bounded = workdir_option(_memory_option(threads_option(function)))
    return accounts_option(format_options(_since_option(_until_option(bounded))))

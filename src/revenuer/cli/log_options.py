"""The options of commands that replay a log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from revenuer.cli.scan import moment
from revenuer.ingest import FORMATS

Command = Callable[..., Any]

_OPTIONS = (
    click.option("--accounts", help="Account table (Parquet, CSV or JSONL)."),
    click.option(
        "--format",
        "log_format",
        default="auto",
        show_default=True,
        type=click.Choice(["auto", *FORMATS]),
        help="Log format.",
    ),
    click.option(
        "--mapping",
        type=click.Path(path_type=Path),
        help="TOML file that maps your fields to the exchange columns.",
    ),
    click.option("--since", callback=moment, help="Leave out requests before this time."),
    click.option("--until", callback=moment, help="Leave out requests from this time on."),
    click.option(
        "--workdir",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Where scratch files go.",
    ),
    click.option(
        "--memory",
        "memory_mb",
        default=1500,
        show_default=True,
        type=click.IntRange(min=256),
        help="MB the engine may hold before it spills; the guard's own state comes on top.",
    ),
    click.option("--threads", default=2, show_default=True, type=click.IntRange(min=1), help="Threads."),
)


def log_options(command: Command) -> Command:
    """Add the options; the command takes them as keywords, the fields of LogOptions (`mapping` still a path)."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

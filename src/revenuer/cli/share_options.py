"""What `share export` and `share preview` are both asked: whose house, which scan, which partner."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add HOUSE, SCAN, --partner and --analyst to a command."""
    for add in (
        click.option(
            "--analyst",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="TOML file with what a human adds: names, attribution, notes.",
        ),
        click.option("--partner", required=True, help="Short name of the partner, as in house.toml."),
        click.argument("scan", metavar="SCAN", type=click.Path(path_type=Path)),
        click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path)),
    ):
        command = add(command)
    return command

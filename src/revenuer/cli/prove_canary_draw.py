"""`revenuer prove canary draw FOLDER`: draw canaries, seal them, print them."""

from pathlib import Path

import click

from revenuer.cli.canary_pool import pool_option
from revenuer.cli.twin_lines import folder_argument, say_line, warn
from revenuer.prove.canaries import read_pool, seal_canaries
from revenuer.prove.twins import open_log


@click.command(name="draw")
@folder_argument
@click.option(
    "--campaign", required=True, help="To whom they will be served: the guard's name of the campaign."
)
@click.option("--count", default=14, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--first", default=0, show_default=True, type=click.IntRange(min=0), help="Number of the first one."
)
@pool_option
def command(folder: Path, campaign: str, count: int, first: int, pool_file: Path | None) -> int:
    """Draw canaries for the campaign by the lots of FOLDER's log, seal them, and print them, one JSON line each: serve them from then on."""
    for canary in seal_canaries(open_log(folder, tell=warn), read_pool(pool_file), campaign, count, first):
        say_line(canary)
    return 0

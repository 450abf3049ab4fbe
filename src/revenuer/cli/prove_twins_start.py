"""`revenuer prove twins start FOLDER`: make a new commitment log."""

from pathlib import Path

import click

from revenuer.cli.twin_lines import warn
from revenuer.prove.twins import start_log


@click.command(name="start")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Make a log with a new secret seed in the new FOLDER. Whoever reads seed.hex knows which draws will be released."""
    log = start_log(folder, tell=warn)
    click.echo(f"{log.folder}: started; `revenuer prove twins check {folder}` prints the head to publish")
    return 0

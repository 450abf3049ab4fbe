"""The option that names a pool of canaries."""

from pathlib import Path

import click

pool_option = click.option(
    "--pool",
    "pool_file",
    type=click.Path(path_type=Path),
    help="Pool of templates and fillers (JSON) instead of ours.",
)

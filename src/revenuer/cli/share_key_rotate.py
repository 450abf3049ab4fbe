"""`revenuer share key rotate HOUSE`: make a new signing key, introduced by the old one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from revenuer.share.durable_file import replace_file
from revenuer.share.house import open_house
from revenuer.share.signing import KEYS_FILE, own_keys_bytes, read_own_keys, rotated


@click.command(name="rotate")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--days",
    default=365,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="How long the new key counts.",
)
@click.option(
    "--overlap-days",
    default=30,
    show_default=True,
    type=click.IntRange(0, 365),
    help="How much longer the old one counts.",
)
def command(folder: Path, days: int, overlap_days: int) -> int:
    """Make a new signing key for HOUSE. The old one says so in a signed statement, which travels with every release: partners need do nothing."""
    house = open_house(folder)
    own = rotated(
        read_own_keys(house.keys), datetime.now(UTC), timedelta(days=days), timedelta(days=overlap_days)
    )
    replace_file(house.keys / KEYS_FILE, own_keys_bytes(own))
    click.echo(f"made the key {own.keys[-1].public.kid}; what is signed from now on is signed by it")
    return 0

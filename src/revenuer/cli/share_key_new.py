"""`revenuer share key new HOUSE`: make the first signing key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from revenuer.records import UsageError
from revenuer.share.durable_file import replace_file
from revenuer.share.house import open_house
from revenuer.share.signing import KEYS_FILE, first_key, own_keys_bytes


@click.command(name="new")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How long it counts."
)
def command(folder: Path, days: int) -> int:
    """Make the first signing key of HOUSE. A house that has one rotates instead."""
    house = open_house(folder)
    path = house.keys / KEYS_FILE
    if path.exists():
        raise UsageError(
            f"{path} exists and is left as it is; make another key with `revenuer share key rotate`"
        )
    own = first_key(datetime.now(UTC), timedelta(days=days))
    replace_file(path, own_keys_bytes(own))
    click.echo(
        f"made the key {own.keys[0].public.kid}; give partners what `revenuer share key show {folder} --public` prints"
    )
    return 0

"""`revenuer share key new HOUSE`: make the first signing key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from revenuer.share.durable_file import replace_file
from revenuer.share.house import open_house
from revenuer.share.signing import KEYS_FILE, first_key, own_keys_bytes, read_own_keys, restarted


@click.command(name="new")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How long it counts."
)
def command(folder: Path, days: int) -> int:
    """Make the first signing key of HOUSE, or another first one where all have ended or were revoked. A house whose key counts rotates instead."""
    house = open_house(folder)
    path = house.keys / KEYS_FILE
    now, life = datetime.now(UTC), timedelta(days=days)
    own = restarted(read_own_keys(house.keys), now, life) if path.exists() else first_key(now, life)
    replace_file(path, own_keys_bytes(own))
    click.echo(
        f"made the key {own.keys[-1].public.kid}; give partners what `revenuer share key show {folder} --public` prints"
    )
    return 0

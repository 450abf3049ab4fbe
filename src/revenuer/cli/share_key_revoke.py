"""`revenuer share key revoke HOUSE KID --reason WHY`: a signed statement that a key counts no longer."""

from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.share.durable_file import replace_file
from revenuer.share.house import open_house
from revenuer.share.signing import KEYS_FILE, own_keys_bytes, read_own_keys, revoked


@click.command(name="revoke")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("kid")
@click.option("--reason", required=True, help="For partners to read.")
def command(folder: Path, kid: str, reason: str) -> int:
    """Revoke the key KID of HOUSE. Partners learn of it with the next release; tell them by another way too where the key was stolen."""
    house = open_house(folder)
    own = revoked(read_own_keys(house.keys), kid, reason, datetime.now(UTC))
    replace_file(house.keys / KEYS_FILE, own_keys_bytes(own))
    click.echo(f"revoked {kid}; partners refuse what it signed once they have the next release or JWK set")
    return 0

"""`revenuer share credential revoke HOUSE ID`: refuse a token from now on."""

from pathlib import Path

import click
import msgspec

from revenuer.share.house import open_house
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, revoke_credential


@click.command(name="revoke")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("name", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print what was revoked as JSON.")
def command(folder: Path, name: str, as_json: bool) -> int:
    """Revoke the credential ID of HOUSE, as `credential list` shows it."""
    house = open_house(folder)
    revoked = revoke_credential(house.folder / CREDENTIALS_FILE, name, now_us())
    if as_json:
        click.echo(
            msgspec.json.encode({"id": revoked.id, "partner": revoked.partner, "state": "revoked"}).decode()
        )
    else:
        click.echo(f"revoked {revoked.id} of {revoked.partner}; a running server refuses it within a second")
    return 0

"""`revenuer share credential add HOUSE PARTNER`: make a token for a partner."""

from pathlib import Path

import click
import msgspec

from revenuer.share.house import open_house
from revenuer.share.taxii.assemble import DAY_US, now_us
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, add_credential
from revenuer.share.taxii.timestamps import version_text


@click.command(name="add")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("partner")
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 36_500), help="How long it is good for."
)
@click.option("--json", "as_json", is_flag=True, help="Print id, token and expiry as JSON.")
def command(folder: Path, partner: str, days: int, as_json: bool) -> int:
    """Print a new token for PARTNER. It is shown this once; HOUSE/credentials.json keeps its hash."""
    house = open_house(folder)
    house.partner(partner)
    now = now_us()
    credential, token = add_credential(house.folder / CREDENTIALS_FILE, partner, now, now + days * DAY_US)
    expires = version_text((credential.expires or now) // 1000 * 1000)
    if as_json:
        told = {"id": credential.id, "partner": partner, "token": token, "expires": expires}
        click.echo(msgspec.json.encode(told).decode())
        return 0
    click.echo(token)
    click.echo(
        f"credential {credential.id} of {partner}, until {expires}; hand the token over safely, it is kept nowhere",
        err=True,
    )
    return 0

"""`revenuer share credential list HOUSE`: which tokens there are."""

from pathlib import Path

import click
import msgspec

from revenuer.share.house import open_house
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, Credential, read_credentials
from revenuer.share.taxii.timestamps import version_text


@click.command(name="list")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a credential.")
def command(folder: Path, as_json: bool) -> int:
    """Show every credential of HOUSE: id, partner, since when, until when, and whether it is in force."""
    house = open_house(folder)
    now = now_us()
    for one in read_credentials(house.folder / CREDENTIALS_FILE):
        told = {
            "id": one.id,
            "partner": one.partner,
            "added": _moment(one.added),
            "expires": _moment(one.expires),
            "state": _state(one, now),
        }
        if as_json:
            click.echo(msgspec.json.encode(told).decode())
        else:
            click.echo(
                f"{one.id}  {one.partner:<20}  {told['added']}  {told['expires'] or 'for ever':<24}  {told['state']}"
            )
    return 0


def _state(one: Credential, now: int) -> str:
    if one.revoked is not None:
        return "revoked"
    return "in force" if one.holds(now) else "expired"


def _moment(micros: int | None) -> str | None:
    return None if micros is None else version_text(micros // 1000 * 1000)

"""`revenuer share push HOUSE PARTNER BUNDLE`: send STIX objects to a partner's server."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from revenuer.records import InputError
from revenuer.report.visible import plain
from revenuer.share.house import open_house
from revenuer.share.taxii.client import PartnerClient, open_client, system_jitter
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.intake import IntakeLimits, offer
from revenuer.share.taxii.link import Pace
from revenuer.share.taxii.publish import read_bundle
from revenuer.share.taxii.push import Pushed, push


@click.command(name="push")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("partner")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--collection", metavar="NAME", help="Id or alias at the partner's. Default: as house.toml says."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts and failures as JSON.")
def command(folder: Path, partner: str, bundle: Path, collection: str | None, as_json: bool) -> int:
    """Send the objects of BUNDLE (a STIX bundle, an envelope, or a list) to PARTNER's collection.

    Sending them again is harmless. Exit code 2 if the partner's server refused any; the others are there.
    """
    house = open_house(folder)
    objects = _canonical(bundle)
    client = open_client(house, partner, collection=collection)
    try:
        results = send(client, objects)
    finally:
        client.close()
    failures = [failure for one in results for failure in one.failures]
    pending = sum(len(one.pendings) for one in results)
    counts = {"sent": len(objects), "taken": sum(one.successes for one in results), "pending": pending}
    if as_json:
        told = [{"id": name, "message": why} for name, why in failures]
        click.echo(msgspec.json.encode({"partner": partner, **counts, "failures": told}).decode())
        return 2 if failures else 0
    for name, why in failures:
        click.echo(plain(f"refused {name}: {why}"), err=True)
    click.echo(
        f"{counts['taken']} of {counts['sent']} taken by {partner}, {len(failures)} refused, {pending} pending"
    )
    return 2 if failures else 0


def send(client: PartnerClient, objects: Sequence[bytes]) -> Sequence[Pushed]:
    """Send canonical objects to a partner. What must happen before anything leaves the house is called here."""
    return push(client, objects, Pace(jitter=system_jitter))


def _canonical(bundle: Path) -> list[bytes]:
    limits = IntakeLimits()
    try:
        offered = [offer(one, limits) for one in read_bundle(bundle.read_bytes(), limits)]
    except OSError as error:
        raise InputError(f"cannot read {bundle}: {error.strerror}") from error
    except TaxiiFault as fault:
        raise InputError(f"{bundle}: {fault.description}; mend the file") from fault
    wrong = next((one for one in offered if one.fault is not None), None)
    if wrong is not None:
        raise InputError(f"{bundle}: {wrong.id} {wrong.fault}; nothing was sent")
    return [one.body for one in offered]

"""`revenuer share publish HOUSE BUNDLE --collection NAME`: put STIX objects into a collection of our server."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from revenuer.records import InputError, UsageError
from revenuer.report.visible import plain
from revenuer.share.house import House, open_house
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.open_store import open_store
from revenuer.share.taxii.publish import OWN, put_objects, read_bundle
from revenuer.share.taxii.read_settings import read_settings
from revenuer.share.taxii.settings import Collection, Settings
from revenuer.share.taxii.stored import StoreFault, Taken


@click.command(name="publish")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--collection", "name", required=True, metavar="NAME", help="Its name in server.toml, or its id."
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of each object as JSON.")
def command(folder: Path, bundle: Path, name: str, as_json: bool) -> int:
    """Put the objects of BUNDLE (a STIX bundle, an envelope, or a list) into a collection; a server that runs serves them at once.

    Objects that are there already are left as they are. Exit code 2 if any object was refused; the others are in.
    """
    house = open_house(folder)
    settings = read_settings(house, os.environ)
    taken = publish(house, settings, _collection(settings, name), _read(bundle, settings))
    refused = [one for one in taken if one.fault is not None]
    if as_json:
        click.echo(msgspec.json.encode([one._asdict() for one in taken]).decode())
        return 2 if refused else 0
    for one in refused:
        click.echo(plain(f"refused {one.id}: {one.fault}"), err=True)
    known = sum(one.note is not None for one in taken)
    click.echo(
        f"{len(taken) - len(refused) - known} put into {name}, {known} were there, {len(refused)} refused"
    )
    return 2 if refused else 0


def publish(
    house: House, settings: Settings, collection: Collection, objects: Sequence[dict[str, object]]
) -> Sequence[Taken]:
    """Put `objects` into `collection`, in posts of the size that the server takes. What must happen before anything leaves the house is called here."""
    store = open_store(settings.store, house.folder)
    try:
        return put_objects(store, collection.id, objects, settings.limits.intake, OWN, now_us())
    except StoreFault as error:
        raise InputError(
            f"the store cannot be written: {error}; some of the objects may be in, run again"
        ) from error
    finally:
        store.close()


def _collection(settings: Settings, name: str) -> Collection:
    found = next((one for one in settings.collections.values() if name in (one.name, one.id)), None)
    if found is None:
        raise UsageError(
            f"server.toml has no collection {name!r}; it has {', '.join(sorted(settings.collections))}"
        )
    return found


def _read(bundle: Path, settings: Settings) -> Sequence[dict[str, object]]:
    try:
        return read_bundle(bundle.read_bytes(), settings.limits.intake)
    except OSError as error:
        raise InputError(f"cannot read {bundle}: {error.strerror}") from error
    except TaxiiFault as fault:
        places = "; ".join(f"{place} {why}" for place, why in list((fault.details or {}).items())[:5])
        raise InputError(
            f"{bundle}: {fault.description}{f' ({places})' if places else ''}; mend the file"
        ) from fault

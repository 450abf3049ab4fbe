"""`revenuer share served HOUSE`: who got which object versions from our server."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from revenuer.records import InputError
from revenuer.report.visible import plain
from revenuer.share.house import open_house
from revenuer.share.taxii.open_store import open_store
from revenuer.share.taxii.read_settings import read_settings
from revenuer.share.taxii.reconstruct import Reconstructed, reconstruct
from revenuer.share.taxii.stored import Served, Store, StoreFault
from revenuer.share.taxii.timestamps import added_text, version_text

_AT_ONCE = 1000


@click.command(name="served")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", metavar="NAME", help="Responses to this partner only.")
@click.option("--versions", "with_versions", is_flag=True, help="Name each object version of each response.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a response.")
def command(folder: Path, partner: str | None, with_versions: bool, as_json: bool) -> int:
    """Show every response of HOUSE's server that held object versions or told of them, oldest first.

    With --versions each is worked out again from what the store keeps, deleted versions too, and checked against the hash that was
    recorded before it left. Exit code 1 if one does not agree.
    """
    house = open_house(folder)
    settings = read_settings(house, os.environ)
    names = {one.id: one.name for one in settings.collections.values()}
    wrong = False
    store = open_store(settings.store, house.folder)
    try:
        for number, served in _all(store):
            if partner is not None and served.partner != partner:
                continue
            told = reconstruct(store, served) if with_versions else None
            wrong = wrong or (told is not None and not told.exact)
            click.echo(_json(number, served, told) if as_json else plain(_text(number, served, told, names)))
    except StoreFault as error:
        raise InputError(f"the store cannot be read: {error}") from error
    finally:
        store.close()
    return int(wrong)


def _all(store: Store) -> Iterator[tuple[int, Served]]:
    after = 0
    while part := store.served(after, _AT_ONCE):
        yield from part
        after = part[-1][0]


def _json(number: int, served: Served, told: Reconstructed | None) -> str:
    line: dict[str, object] = {"n": number, **asdict(served), "digest": served.digest.hex()}
    line |= {
        name: added_text(int(str(line[name])))
        for name in ("at", "snapshot", "tick", "first_added", "last_added")
    }
    if told is not None:
        line |= {
            "exact": told.exact,
            "versions": [[one.id, version_text(one.version), one.sha256.hex()] for one in told.versions],
        }
    return msgspec.json.encode(line).decode()


def _text(number: int, served: Served, told: Reconstructed | None, names: dict[str, str]) -> str:
    what = served.object_id or names.get(served.collection, served.collection)
    filter = "" if served.filter == "{}" else f" under {served.filter}"
    start = f"{number:>8}  {added_text(served.at)}  {served.partner} ({served.credential}): {served.count} of {what} ({served.resource}){filter}"
    if told is None:
        return start
    lines = [f"          {one.id} {version_text(one.version)} {one.sha256.hex()}" for one in told.versions]
    end = (
        []
        if told.exact
        else ["          these are not what was recorded: the store was changed by other means"]
    )
    return "\n".join([start, *lines, *end])

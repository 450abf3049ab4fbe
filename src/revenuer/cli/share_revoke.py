"""`revenuer share revoke HOUSE ID... --partner P --collection NAME`: take back what a partner was told."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import msgspec

from revenuer.cli.leaving import Leaving, leave
from revenuer.cli.own_collection import own_collection, put
from revenuer.records import UsageError
from revenuer.share.books import open_books
from revenuer.share.house import House, open_house
from revenuer.share.policy import load_share_policy, policy_of
from revenuer.share.stix import VERSION_TABLES, given_objects, revocations


@click.command(name="revoke")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--partner", required=True, help="As house.toml calls them.")
@click.option("--collection", "name", required=True, metavar="NAME", help="Of our server.")
@click.option("--json", "as_json", is_flag=True, help="Print what was revoked as JSON.")
def command(folder: Path, ids: tuple[str, ...], partner: str, name: str, as_json: bool) -> int:
    """Publish the revoked versions of objects (their STIX ids) that the partner was given.

    `share status` tells which partners have not said that they dropped them.
    """
    house = open_house(folder)
    house.partner(partner)
    own_collection(house, name)
    now = datetime.now(UTC)
    policy = load_share_policy(house)
    objects = _revoked(house, partner, ids, now)
    leaving = Leaving(
        partner=partner,
        objects=objects,
        channel="taxii",
        purpose=f"revoked in {name}",
        policy_sha256=policy.sha256,
        now=now,
    )
    leave(house, leaving, policy_of(policy, partner), partial(put, house, name))
    told = [str(one["id"]) for one in objects]
    click.echo(
        json.dumps({"partner": partner, "revoked": told}, indent=2)
        if as_json
        else f"revoked for {partner}: {', '.join(told)}"
    )
    return 0


def _revoked(house: House, partner: str, ids: tuple[str, ...], now: datetime) -> list[dict[str, object]]:
    with open_books(house.books, VERSION_TABLES) as books:
        given = [msgspec.json.decode(raw) for raw in given_objects(books, partner, ids)]
    missing = set(ids) - {one["id"] for one in given}
    if missing:
        raise UsageError(f"{partner} was never given {', '.join(sorted(missing))}; nothing was revoked")
    return revocations(given, now)

"""`revenuer share collect HOUSE --collection NAME`: take in what partners put into a collection of our server."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from revenuer.cli.own_collection import own_collection, own_store
from revenuer.cli.settled_text import settled_json, tell_settled
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.received import RECEIVED_TABLES, Settled, settle, take_in
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.stored import Query, Store

PAGE = 1000


@click.command(name="collect")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--collection", "name", required=True, metavar="NAME", help="Its name in server.toml, or its id."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(folder: Path, name: str, as_json: bool) -> int:
    """Take what partners put into the collection into HOUSE's books, each object as said by the partner who put it there.

    Exit code 1: a partner's chain of releases has a break.
    """
    house = open_house(folder)
    settings, collection = own_collection(house, name)
    with own_store(house, settings) as store:
        sent = _by_partner(store, collection.id)
    found: dict[str, Settled] = {}
    with open_books(house.books, RECEIVED_TABLES) as books:
        for partner, bodies in sorted(sent.items()):
            with books:
                take_in(books, house, partner, [msgspec.json.decode(body) for body in bodies], now_us())
                found[partner] = settle(books, house, partner, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({partner: settled_json(one) for partner, one in found.items()}, indent=2))
    else:
        for partner, one in found.items():
            tell_settled(one, partner)
        if not found:
            click.echo(f"no partner has put anything into {name}")
    return int(any(one.faults for one in found.values()))


def _by_partner(store: Store, collection: str) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    query = Query(collection=collection, default_versions=("all",), limit=PAGE)
    while True:
        page = store.page(query)
        if not page.rows:
            return found
        sources = store.sources(collection, page.rows[0].added, page.rows[-1].added)
        for row in page.rows:
            if sources.get(row.added):
                found[sources[row.added]].append(row.body)
        if not page.more:
            return found
        query = Query(collection=collection, default_versions=("all",), limit=PAGE, after=page.rows[-1].added)

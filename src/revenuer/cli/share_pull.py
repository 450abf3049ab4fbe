"""`revenuer share pull HOUSE PARTNER`: fetch what a partner's server has for us."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from revenuer.cli.settled_text import settled_json, tell_settled
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.received import RECEIVED_TABLES, settle, take_in
from revenuer.share.taxii.assemble import now_us
from revenuer.share.taxii.checkpoint import CHECKPOINT_TABLES, START, keep_checkpoint, read_checkpoint
from revenuer.share.taxii.client import open_client
from revenuer.share.taxii.pull import PullLimits, pull


@click.command(name="pull")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("partner")
@click.option(
    "--collection", metavar="NAME", help="Id or alias at the partner's. Default: as house.toml says."
)
@click.option("--page", default=PullLimits().page, show_default=True, type=click.IntRange(1, 50_000), help="Objects asked for at once.")  # fmt: skip
@click.option(
    "--from-start", is_flag=True, help="Read everything again; what is known is not taken in twice."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(
    folder: Path, partner: str, collection: str | None, page: int, from_start: bool, as_json: bool
) -> int:
    """Read all that PARTNER's collection has for us since the last time, and take it into HOUSE's books as the partner's claims.

    Each page is taken in together with the place to go on from: after a crash the next pull loses nothing.
    """
    house = open_house(folder)
    client = open_client(house, partner, collection=collection)
    pages = objects = 0
    try:
        with open_books(house.books, (*CHECKPOINT_TABLES, *RECEIVED_TABLES)) as books:
            place = client.found.id
            checkpoint = START if from_start else read_checkpoint(books, partner, place)
            for one in pull(client, checkpoint, PullLimits(page=page)):
                with books:
                    take_in(books, house, partner, one.objects, now_us())
                    keep_checkpoint(books, partner, place, one.checkpoint)
                pages += bool(one.objects)
                objects += len(one.objects)
    finally:
        client.close()
    with open_books(house.books, RECEIVED_TABLES) as books, books:
        settled = settle(books, house, partner, datetime.now(UTC))
    if as_json:
        told = {"partner": partner, "pages": pages, "objects": objects, **settled_json(settled)}
        click.echo(msgspec.json.encode(told).decode())
    else:
        click.echo(f"{objects} new object versions from {partner}, in {pages} pages")
        tell_settled(settled, partner)
    return int(bool(settled.faults))

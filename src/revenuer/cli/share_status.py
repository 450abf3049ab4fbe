"""`revenuer share status HOUSE`: per partner what came, what matched, what helped, what was wrong."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from revenuer.report.visible import plain
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.received import RECEIVED_TABLES, PartnerStatus, partner_status


@click.command(name="status")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def command(folder: Path, as_json: bool) -> int:
    """Tell how the exchange with each partner stands. Exit code 1: there is something to look at (a break in a chain, a revocation that nobody acknowledged)."""
    house = open_house(folder)
    with open_books(house.books, RECEIVED_TABLES) as books:
        found = [partner_status(books, name, datetime.now(UTC)) for name in sorted(house.partners)]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        _print(found)
    return int(any(one.faults or one.unacknowledged for one in found))


def _print(found: list[PartnerStatus]) -> None:
    console = Console()
    if not found:
        console.print("no partners: add a section [partners.NAME] to house.toml")
        return
    table = Table("partner", box=None, header_style="bold")
    for name in ("came", "unsound", "waiting", "matched", "helped", "wrong", "weight", "told", "say of ours"):
        table.add_column(name, justify="right")
    for one in found:
        known = one.experience
        table.add_row(
            one.partner, f"{sum(one.came.values()):,}", f"{one.quarantined:,}", f"{one.unattested:,}", f"{known.matched:,}",
            f"{known.helped:,}", f"{known.wrong:,}", f"{one.weight:.2f}", f"{one.told:,}", f"{sum(one.heard.values()):,}",
        )  # fmt: skip
    console.print(table)
    for one in found:
        for at, kind, words in one.faults:
            console.print(
                plain(f"{one.partner}: {kind} at {at}: {words}"), style="bold", soft_wrap=True, markup=False
            )
        if one.unacknowledged:
            console.print(
                f"{one.partner}: has not said to have dropped {one.unacknowledged} objects that we revoked",
                soft_wrap=True,
            )

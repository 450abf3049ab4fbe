"""`revenuer share used HOUSE SCAN --claims FILE`: which claims helped."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.cli.claims_file import read_claims, read_observables
from revenuer.records import OBSERVABLES_FILE
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.received import RECEIVED_TABLES, Use, note_use

PATH = click.Path(path_type=Path)


@click.command(name="used")
@click.argument("folder", metavar="HOUSE", type=PATH)
@click.argument("scan", type=PATH)
@click.option("--claims", required=True, type=PATH, help="The claims that SCAN was made with.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(folder: Path, scan: Path, claims: Path, as_json: bool) -> int:
    """Note which claims helped: their value is now held by a campaign that SCAN found, on evidence of our own.

    Partners whose claims help weigh more from then on, and are owed a sighting (`revenuer share answer`). Exit code 1: some helped.
    """
    house = open_house(folder)
    found = {
        (row["kind"], row["value"]): row for row in read_observables(scan / OBSERVABLES_FILE).to_pylist()
    }
    helped = [
        Use(
            partner=row["partner"], claim_id=row["claim_id"], campaign=row["campaign"],
            accounts=own["members"], first=own["first_seen"], last=own["last_seen"],
        )
        for row in read_claims(claims).to_pylist()
        if (own := found.get((row["kind"], row["value"]))) is not None
    ]  # fmt: skip
    with open_books(house.books, RECEIVED_TABLES) as books, books:
        new = note_use(books, helped, "helped", datetime.now(UTC))
    counts = dict(sorted(Counter(one.partner for one in helped).items()))
    if as_json:
        click.echo(json.dumps({"helped": counts, "new": new}, indent=2))
    else:
        told = ", ".join(f"{n} of {partner}" for partner, n in counts.items())
        click.echo(f"claims that helped: {told} ({new} not noted before)" if counts else "no claim helped")
    return int(bool(counts))

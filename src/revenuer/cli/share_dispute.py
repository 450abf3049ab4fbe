"""`revenuer share dispute HOUSE CLAIM --partner P --reason WHY --owner WHO`: a claim was wrong."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.received import RECEIVED_TABLES, dispute, experience, source_weight


@click.command(name="dispute")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.argument("claim")
@click.option("--partner", required=True, help="As house.toml calls them.")
@click.option("--reason", required=True, help="In words; stays in the house.")
@click.option("--owner", required=True, help="Who answers for it; stays in the house.")
@click.option("--json", "as_json", is_flag=True, help="Print the partner's weight as JSON.")
def command(folder: Path, claim: str, partner: str, reason: str, owner: str, as_json: bool) -> int:
    """Note that CLAIM (the claim_id in the table of claims) accused an innocent. It is used no more, and its partner weighs less from then on.

    `revenuer share answer` tells the partner that we disagree, and not why.
    """
    house = open_house(folder)
    house.partner(partner)
    with open_books(house.books, RECEIVED_TABLES) as books:
        with books:
            dispute(books, partner, claim, reason, owner, datetime.now(UTC))
        weight = source_weight(experience(books, partner))
    click.echo(
        json.dumps({"partner": partner, "weight": weight})
        if as_json
        else f"disputed; the word of {partner} now weighs {weight:.2f}"
    )
    return 0

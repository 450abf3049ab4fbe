"""`revenuer share match-set show HOUSE`: the sets, and what partners asked."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from revenuer.report.visible import plain
from revenuer.share.house import House, open_house
from revenuer.share.matching import open_server, set_folder
from revenuer.share.matching.meter import queries
from revenuer.share.matching.statement import STATEMENT_FILE


@click.command(name="show")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", help="Of this partner only.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(folder: Path, partner: str | None, as_json: bool) -> int:
    """Show each partner's set, today's budget, and how much was asked on which day. What was asked about is known to nobody but the partner."""
    house = open_house(folder)
    names = sorted(house.partners) if partner is None else [house.partner(partner).name]
    rows = [_row(house, name) for name in names if (set_folder(house, name) / STATEMENT_FILE).exists()]
    if as_json:
        click.echo(json.dumps({"schema_version": 1, "sets": rows}, indent=2))
        return 0
    for row in rows:
        click.echo(
            plain(
                f"{row['partner']}: set {row['revision']} of {row['made_at']}, {row['rows']} rows, key {row['key_id']}, {row['marking']};"
                f" {row['left']} of {row['budget_per_day']} left today"
            )
        )
        for day in row["asked"]:
            click.echo(
                plain(
                    f"  {day['day']}: {day['elements']} values in {day['questions']} questions, {day['refused']} refused"
                )
            )
    if not rows:
        click.echo("no set is built yet; see `revenuer share match-set build`")
    return 0


def _row(house: House, partner: str) -> dict[str, Any]:
    server = open_server(house, partner)
    statement = server.statement
    return {
        "partner": partner,
        "revision": statement.revision,
        "made_at": statement.made_at.isoformat(timespec="seconds"),
        "rows": statement.rows,
        "bytes": statement.size,
        "key_id": statement.key_id,
        "marking": statement.marking,
        "budget_per_day": statement.budget_per_day,
        "left": server.budget(datetime.now(UTC)).left,
        "asked": [
            {"day": one.day, "elements": one.elements, "questions": one.questions, "refused": one.refused}
            for one in queries(house.books, partner)
        ],
    }

"""`revenuer share ledger show HOUSE`: what left, to whom, when."""

from pathlib import Path

import click

from revenuer.cli.ledger_books import ledger_lines
from revenuer.records import InputError
from revenuer.report.visible import plain
from revenuer.share.ledger.check import read_line
from revenuer.share.ledger.entry import LedgerLine


@click.command(name="show")
@click.argument("place", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--partner", help="Of this partner only.")
@click.option("--day", metavar="YYYY-MM-DD", help="Of this day (UTC) only.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are kept.")
def command(place: Path, partner: str | None, day: str | None, as_json: bool) -> int:
    """Print the entries of the ledger of HOUSE (or of an exported file), oldest first."""
    with ledger_lines(place) as lines:
        for number, text in enumerate(lines, 1):
            entry = read_line(text)
            if entry is None:
                raise InputError(
                    f"line {number} is no entry of a ledger; see what is wrong with `revenuer share ledger verify`"
                )
            if partner in (None, entry.partner) and (day is None or entry.time.startswith(day)):
                click.echo(text if as_json else plain(_sentence(entry)))
    return 0


def _sentence(entry: LedgerLine) -> str:
    version = f" of {entry.modified}" if entry.modified else ""
    return (
        f"{entry.seq:>6}  {entry.time}  {entry.channel:<5}  {entry.partner}  {entry.object_id}{version}"
        f"  {entry.marking}  {entry.sha256[:16]}  {entry.purpose}"
    )

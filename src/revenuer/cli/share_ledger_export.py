"""`revenuer share ledger export HOUSE --out FILE`: the record of what left, for counsel."""

from pathlib import Path

import click

from revenuer.cli.ledger_books import ledger_lines
from revenuer.records import InputError
from revenuer.report.new_file import write_new_file
from revenuer.share.ledger import check_ledger, summary
from revenuer.share.ledger.summary import summary_csv


@click.command(name="export")
@click.argument("place", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to make.")
@click.option(
    "--summary",
    "summarised",
    is_flag=True,
    help="Write a CSV of days, partners, ways and markings instead of the lines.",
)
def command(place: Path, out: Path, summarised: bool) -> int:
    """Write the ledger of HOUSE as JSON lines, which anybody can check: each line's `sha256` is of its `entry` (RFC 8785), and each entry names the
    one before. A ledger that is not whole is not exported."""
    with ledger_lines(place) as lines:
        kept = list(lines)
    found = check_ledger(kept)
    if not found.whole:
        raise InputError(
            f"the ledger is not whole ({found.faults[0]}); see `revenuer share ledger verify {place}`, nothing was exported"
        )
    content = summary_csv(summary(kept)) if summarised else "".join(f"{line}\n" for line in kept).encode()
    write_new_file(out, content)
    click.echo(f"wrote {out}: {found.lines} entries, head {found.head.seq}:{found.head.sha256}")
    return 0

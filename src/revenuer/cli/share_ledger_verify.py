"""`revenuer share ledger verify HOUSE`: is the record of what left whole?"""

import json
import re
from pathlib import Path

import click

from revenuer.cli.ledger_books import ledger_lines
from revenuer.records import UsageError
from revenuer.report.visible import plain
from revenuer.share.ledger import LedgerHead, check_ledger


@click.command(name="verify")
@click.argument("place", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--expect-head", metavar="SEQ:SHA256", help="A head kept from earlier: the chain must still hold it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(place: Path, expect_head: str | None, as_json: bool) -> int:
    """Check the ledger of HOUSE (or an exported file) and print its head: have it dated by somebody else. Exit code 1: it was tampered with."""
    expected = None if expect_head is None else _head(expect_head)
    with ledger_lines(place) as lines:
        found = check_ledger(lines, expected)
    head = f"{found.head.seq}:{found.head.sha256}"
    if as_json:
        result = {"schema_version": 1, "whole": found.whole, "lines": found.lines, "head": head}
        click.echo(json.dumps({**result, "faults": found.faults, "fault_count": found.fault_count}))
        return int(not found.whole)
    for words in found.faults:
        click.echo(plain(words))
    if found.whole:
        click.echo(f"the ledger is whole: {found.lines} entries, head {head}")
    else:
        click.echo(
            f"{found.fault_count} faults: the ledger was tampered with, or its disk is failing; compare it with a copy kept elsewhere"
        )
    return int(not found.whole)


def _head(text: str) -> LedgerHead:
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise UsageError(
            f"got {text!r} for --expect-head; expected what `verify` prints: a number, a colon and 64 hex digits"
        )
    return LedgerHead(int(match[1]), match[2])

"""`revenuer guard marks JOURNAL`: which marks went to which account, for `prove detect` to look for."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from revenuer.guard.journal import JournalReader
from revenuer.report.visible import plain


@click.command(name="marks")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option("--account", metavar="ID", help="Show this account's marks only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(journal: Path, account: str | None, as_json: bool) -> int:
    """Show which marks answers to which account were to carry, from when to when, and how many.

    JOURNAL is a guard's journal (the guard may be running). That the server did put a mark on is not known here.
    """
    with JournalReader(journal) as reader:
        for served in reader.marks():
            if account is not None and served.account_id != account:
                continue
            first, last = (
                datetime.fromtimestamp(moment / 1e6, UTC).isoformat(timespec="seconds")
                for moment in (served.first, served.last)
            )
            if as_json:
                click.echo(
                    json.dumps(
                        {
                            "account_id": served.account_id,
                            "mark": served.mark,
                            "first": first,
                            "last": last,
                            "requests": served.requests,
                        }
                    )
                )
            else:
                click.echo(
                    plain(
                        f"{served.account_id}: {served.mark}, {served.requests} requests, {first} to {last}"
                    )
                )
    return 0

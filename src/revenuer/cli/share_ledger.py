"""`revenuer share ledger ...`: the record of all that left the house."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "export": "write the ledger, or its summary, for counsel",
    "show": "print what left, to whom, when",
    "verify": "check the chain and print its head",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_ledger_", name="ledger")
def command() -> None:
    """The hash-chained ledger in HOUSE/share.sqlite: an entry is on disk before the bytes it tells of leave."""

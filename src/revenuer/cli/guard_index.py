"""`revenuer guard index ...`: make, look into and verify campaign indexes."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "build": "scan logs, or take a finished scan, and write its index",
    "merge": "write several indexes as one",
    "show": "print the campaigns of an index, and what it knows of each",
    "verify": "check an index from end to end",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="guard_index_", name="index")
def command() -> None:
    """Make, look into and verify campaign indexes: the files by which the guard knows a scan's campaigns again.

    `revenuer scan --out DIR` writes one too, DIR/campaigns.index. INDEX is such a file, or a scan's folder.
    """

"""`revenuer prove mark ...`: keys per account or campaign, and what a server needs to mark with them."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "commit": "commitments to keys, to publish before a suspect is asked",
    "derive": "the keys of labels, as a server's processor takes them",
    "engine": "the key of a serving engine's own watermark, as detect takes it",
    "new-master": "make the secret that all keys are derived from",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="prove_mark_", name="mark")
def command() -> None:
    """Make the keys that marks are put on with: one for each scheme, label (campaign:C-17, account:acct_42) and epoch, from one master.

    Who holds the master can find and forge every mark; who holds a derived key, that one's. Keep the master off the serving machines.
    """

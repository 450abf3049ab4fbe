"""`revenuer guard ...`: decide about live requests."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "appeal": "lift a measure, with reason and owner",
    "audit": "show and verify the log of measures",
    "follow": "watch a log or a stream instead of sitting in the path",
    "index": "make, look into and verify campaign indexes",
    "marks": "show which marks went to which account",
    "policy": "check a policy, and try it on a past log",
    "serve": "answer the gateway's questions over HTTP",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="guard_", name="guard")
def command() -> None:
    """Stop campaigns at the gateway while they run, in shadow mode first."""

"""`revenuer prove canary ...`: harmless invented texts for one campaign, and how a suspect ranks them among decoys."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "draw": "draw canaries for a campaign, seal them, print them",
    "open": "write what a suspect is to be asked about a log's canaries",
    "test": "test a suspect: does it prefer the canaries to decoys of the same pool?",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="prove_canary_", name="canary")
def command() -> None:
    """Plant harmless texts that lots drew for one campaign, and see later whether a suspect prefers them to decoys.

    FOLDER is a commitment log's folder, made by `revenuer prove twins start`.
    """

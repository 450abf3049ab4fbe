"""`revenuer share ...`: exchange campaign indicators with peer labs."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "init": "make a house: who we are, our partners, policy and keys",
    "export": "write what a partner may be told of a scan's campaigns as a STIX bundle",
    "preview": "show what a partner would get, why each field may leave, and what is withheld",
    "check": "tell which objects of a peer's STIX bundle are sound, and why others are not",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_", name="share")
def command() -> None:
    """Tell peers about campaigns, and hear of theirs, without leaking a customer.

    HOUSE is a folder made by `revenuer share init`. Exit codes: 0 nothing found, 1 something found (a match, a fault in a chain), 2 usage or bad input.
    """

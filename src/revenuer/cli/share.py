"""`revenuer share ...`: exchange campaign indicators with peer labs."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "credential": "make, list and revoke partners' tokens for our server",
    "init": "make a house: who we are, our partners, policy and keys",
    "publish": "put STIX objects into a collection of our server",
    "pull": "fetch what a partner's server has for us",
    "push": "send STIX objects to a partner's server",
    "serve": "our TAXII 2.1 server",
    "served": "who got which object versions from our server",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_", name="share")
def command() -> None:
    """Tell peers about campaigns, and hear of theirs, without leaking a customer.

    HOUSE is a folder made by `revenuer share init`. Exit codes: 0 nothing found, 1 something found (a match, a fault in a chain), 2 usage or bad input.
    """

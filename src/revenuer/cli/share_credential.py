"""`revenuer share credential ...`: the tokens with which partners come to our server."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "add": "make a token for a partner, and show it once",
    "list": "show which tokens there are, without the tokens",
    "revoke": "refuse a token from now on",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_credential_", name="credential")
def command() -> None:
    """Make, list and revoke partners' tokens. A running server takes a change within a second."""

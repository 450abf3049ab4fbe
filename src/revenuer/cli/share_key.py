"""`revenuer share key ...`: the keys that our releases and sets are signed with."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "new": "make the first signing key",
    "revoke": "say, signed, that a key counts no longer",
    "rotate": "make a new key, which the old one introduces",
    "show": "list our keys, or print the JWK set that partners get",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_key_", name="key")
def command() -> None:
    """Ed25519 keys in HOUSE/keys. Partners get the public ones as a JWK set: `revenuer share key show HOUSE --public`."""

"""`revenuer guard policy show`: print the default policy."""

import click

from revenuer.guard.policy import default_text


@click.command(name="show")
def command() -> None:
    """Print the default policy as a commented TOML file: what holds without a file, and where to begin one of your own."""
    click.echo(default_text(), nl=False)

"""`revenuer share match-set ...`: what a partner may match against."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS = {
    "build": "build, or bring up to date, the set for one partner",
    "show": "show the sets, and what partners asked",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_match_set_", name="match-set")
def command() -> None:
    """Sealed sets in HOUSE/match, one for each partner, under a key of its own. `revenuer share serve` answers from them."""

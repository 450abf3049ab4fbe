"""`revenuer guard policy ...`: what follows from which evidence."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "check": "tell every fault of a policy file, with its place",
    "show": "print the default policy, with comments",
    "test": "what a policy would have done to a past log",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="guard_policy_", name="policy")
def command() -> None:
    """Check a policy, and try it on a past log before it goes live."""

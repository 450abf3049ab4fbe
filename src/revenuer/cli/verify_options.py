"""Options of the commands that check evidence packs."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from revenuer.cli.result_folder import Checking, read_public_key

F = TypeVar("F", bound=Callable[..., Any])


def verify_options(function: F) -> F:
    """Add --public-key, --run and --timeout; the command gets them as one argument `checking: Checking`."""

    @functools.wraps(function)
    def wrapper(*args: Any, public_key: Path | None, run: bool, longest_s: float, **kwargs: Any) -> Any:
        checking = Checking(public_key=read_public_key(public_key), run=run, longest_s=longest_s)
        return function(*args, checking=checking, **kwargs)

    options = (
        click.option(
            "--public-key",
            type=click.Path(path_type=Path),
            help="PEM of the key that must have signed, from whoever is said to have.",
        ),
        click.option(
            "--run",
            is_flag=True,
            help="Run the pack's own script, isolated but with your rights, and compare its p. Read it first: it is short.",
        ),
        click.option(
            "--timeout",
            "longest_s",
            default=3600.0,
            show_default=True,
            type=click.FloatRange(min=0.0, min_open=True),
            metavar="S",
            help="Seconds that a script may take.",
        ),
    )
    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]

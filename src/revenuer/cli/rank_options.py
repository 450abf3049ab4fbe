"""Options that the rank commands share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from revenuer.rank.coding import BOTH_BAD_CODINGS
from revenuer.rank.tie_models import TIES
from revenuer.records import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def coding_options(function: F) -> F:
    """Add --ties and --both-bad."""
    both_bad = click.option(
        "--both-bad",
        default="tie",
        show_default=True,
        type=click.Choice(BOTH_BAD_CODINGS),
        help="What a vote that both are bad counts as.",
    )
    ties = click.option(
        "--ties",
        default="half",
        show_default=True,
        type=click.Choice(TIES),
        help="How ties count: as half a win each, by a model of ties, or not at all.",
    )
    return ties(both_bad(function))


style_option = click.option(
    "--style",
    multiple=True,
    metavar="COL",
    help="Take out what this covariate adds: a column COL (a minus b), or COL_a and COL_b. May be repeated.",
)


def columns(style: tuple[str, ...]) -> tuple[str, ...]:
    """Return the covariates of --style, which may be repeated or hold commas."""
    return tuple(dict.fromkeys(word for value in style for word in value.split(",") if word))


def listed(value: str | None, allowed: Sequence[str], option: str) -> tuple[str, ...]:
    """Return the words of a comma-separated option. Raises UsageError for one that is not allowed."""
    words = tuple(dict.fromkeys(word.strip() for word in (value or "").split(",") if word.strip()))
    wrong = [word for word in words if word not in allowed]
    if wrong:
        raise UsageError(f"got {option} {', '.join(wrong)}, expected some of {', '.join(allowed)}")
    return words

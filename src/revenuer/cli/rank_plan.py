"""`revenuer rank plan VOTES --budget N`: which pairs to ask next."""

import json
from dataclasses import asdict

import click
from rich.console import Console

from revenuer.cli.rank_options import coding_options
from revenuer.rank import plan_votes, read_votes
from revenuer.report import ConsoleProgress, print_plan


@click.command(name="plan")
@click.argument("votes")
@click.option(
    "--budget", required=True, type=click.IntRange(min=1), metavar="N", help="Votes that can be asked for."
)
@click.option(
    "--top",
    "k",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="K",
    help="Settle the first K models.",
)
@click.option(
    "--target",
    type=click.IntRange(min=1),
    metavar="ACTIONS",
    help="Say how many votes it takes until the certificate exceeds this.",
)
@coding_options
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(
    votes: str, budget: int, k: int, target: int | None, ties: str, both_bad: str, as_json: bool
) -> int:
    """Say which pairs of VOTES to ask for next, so that the top K is settled soonest."""
    progress = ConsoleProgress(Console(stderr=True))
    progress.stage("reading votes")
    read = read_votes(votes, ids=False)
    progress.stage("planning")
    plan = plan_votes(read, k, budget, target, ties, both_bad)
    progress.done()
    if as_json:
        click.echo(json.dumps(asdict(plan), indent=2))
    else:
        print_plan(plan, Console())
    return 0

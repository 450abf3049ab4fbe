"""`revenuer rank fit VOTES --out DIR`: ratings with intervals and rank sets."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.rank_options import coding_options, columns, listed, style_option
from revenuer.rank import FitOptions, fit_board, read_votes
from revenuer.rank.fit import CLUSTERS
from revenuer.records import UsageError
from revenuer.report import ConsoleProgress, check_board_out, print_board, write_board


@click.command(name="fit")
@click.argument("votes")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for ratings.parquet, report.html and quarantine.jsonl; an earlier board's is replaced.",
)
@coding_options
@click.option("--cluster", help="voter, prompt, or both with a comma: votes that may hang together.")
@style_option
@click.option(
    "--level", default=0.95, show_default=True, help="Coverage of intervals, and of all rank sets at once."
)
@click.option(
    "--anchor",
    metavar="MODEL=RATING",
    help="Fix one model's rating; without it the mean of a component is 1000.",
)
@click.option(
    "--bootstrap",
    default=0,
    type=click.IntRange(min=0),
    metavar="ROUNDS",
    help="Intervals by bootstrap instead of the sandwich.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed and votes give the same result.")
@click.option("--json", "as_json", is_flag=True, help="Print the ratings as JSON instead of the table.")
def command(
    votes: str,
    out: Path,
    ties: str,
    both_bad: str,
    cluster: str | None,
    style: tuple[str, ...],
    level: float,
    anchor: str | None,
    bootstrap: int,
    seed: int,
    as_json: bool,
) -> int:
    """Rate the models of VOTES. A model that never lost or never won gets no number; islands are ranked each for itself."""
    check_board_out(out)
    options = FitOptions(
        ties=ties,
        both_bad=both_bad,
        cluster=listed(cluster, CLUSTERS, "--cluster"),
        style=columns(style),
        level=level,
        anchor=_anchor(anchor),
        bootstrap=bootstrap,
        seed=seed,
    )
    progress = ConsoleProgress(Console(stderr=True))
    progress.stage("reading votes")
    read = read_votes(votes, style=options.style, ids=bool(options.cluster))
    progress.stage("fitting the board")
    board = fit_board(read, options)
    progress.stage("writing the report")
    write_board(board, out, datetime.now(UTC), read.quarantine)
    progress.done()
    if as_json:
        click.echo(json.dumps([asdict(rating) for rating in board.ratings], indent=2))
    else:
        print_board(board, Console())
        click.echo(f"report: {out / 'report.html'}")
    return 0


def _anchor(value: str | None) -> tuple[str, float] | None:
    if value is None:
        return None
    name, equals, rating = value.rpartition("=")
    try:
        number = float(rating)
    except ValueError:
        equals = ""
    if not equals or not name:
        raise UsageError(f"got --anchor {value!r}, expected MODEL=RATING such as gpt-4-0613=1160")
    return name, number

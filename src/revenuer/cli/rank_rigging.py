"""`revenuer rank rigging VOTES --out DIR`: accounts and votes that honest voting does not explain."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.rank import read_votes
from revenuer.rank.rigging import RiggingOptions, compare, find_rigging
from revenuer.records import Outcome
from revenuer.report import (
    ConsoleProgress,
    check_replaceable,
    json_bytes,
    print_rigging,
    rigging_json,
    rigging_page,
    write_directory,
)

RIGGING_FILES = frozenset({"rigging.json", "report.html"})


@click.command(name="rigging")
@click.argument("votes")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for rigging.json and report.html; an earlier search's is replaced.",
)
@click.option(
    "--fdr",
    default=0.01,
    show_default=True,
    help="Expected share of honest accounts among those named, and of false bursts and pairs.",
)
@click.option(
    "--min-votes",
    default=10,
    show_default=True,
    type=click.IntRange(min=2),
    help="Accounts with fewer votes are not judged.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed and votes give the same result.")
@click.option("--json", "as_json", is_flag=True, help="Print rigging.json instead of the table.")
def command(votes: str, out: Path, fdr: float, min_votes: int, seed: int, as_json: bool) -> int:
    """Find accounts and groups of accounts in VOTES that do not look like honest voters, and show the board without them.

    Without voter ids, bursts in time and pairs out of line with the board are looked for. Exit code 1 when there are findings.
    """
    check_replaceable(out, RIGGING_FILES)
    options = RiggingOptions(level=fdr, min_votes=min_votes, seed=seed)
    progress = ConsoleProgress(Console(stderr=True))
    progress.stage("reading votes")
    read = read_votes(votes)
    progress.stage("looking for rigging")
    findings = find_rigging(read, options)
    progress.stage("fitting the board with and without")
    comparison = compare(read, findings)
    progress.done()
    now = datetime.now(UTC)
    content = json_bytes(rigging_json(findings, comparison, now))
    page = rigging_page(findings, comparison, now).encode("utf-8", "replace")
    write_directory(out, {"rigging.json": content, "report.html": page}, known=RIGGING_FILES)
    if as_json:
        click.echo(content.decode(), nl=False)
    else:
        print_rigging(findings, comparison, Console())
        click.echo(f"report: {out / 'report.html'}")
    return 1 if findings.outcome is Outcome.POSITIVE else 0

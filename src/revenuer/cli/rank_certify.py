"""`revenuer rank certify VOTES --top K --out DIR`: how few votes or accounts would change the top."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.rank_options import coding_options, columns, listed, style_option
from revenuer.rank import ACTIONS, CertifyOptions, certify, certify_voters, read_votes
from revenuer.report import (
    ConsoleProgress,
    certificate_json,
    check_replaceable,
    json_bytes,
    print_certificate,
    write_directory,
)

CERTIFICATE_FILE = "certificate.json"


@click.command(name="certify")
@click.argument("votes")
@click.option(
    "--top",
    "k",
    required=True,
    type=click.IntRange(min=1),
    metavar="K",
    help="Ask about the first K models.",
)
@click.option(
    "--actions",
    default=",".join(ACTIONS),
    show_default=True,
    help="Kinds of change, mixed at will in the lower bound.",
)
@click.option(
    "--unit",
    default="vote",
    show_default=True,
    type=click.Choice(["vote", "voter"]),
    help="Count votes, or whole accounts.",
)
@click.option(
    "--votes-each",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="B",
    help="With --unit voter: votes that an arriving account may cast.",
)
@coding_options
@style_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for certificate.json.")
@click.option("--json", "as_json", is_flag=True, help="Print certificate.json instead of the table.")
def command(
    votes: str,
    k: int,
    actions: str,
    unit: str,
    votes_each: int,
    ties: str,
    both_bad: str,
    style: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> int:
    """Say how few votes of VOTES, dropped, turned over or added, would change the top K.

    The lower bound is proved: no set of fewer actions can do it. The upper bound is a set of votes that does, checked by a fit.
    """
    check_replaceable(out, {CERTIFICATE_FILE})
    options = CertifyOptions(
        k=k, actions=listed(actions, ACTIONS, "--actions"), ties=ties, both_bad=both_bad, style=columns(style)
    )
    progress = ConsoleProgress(Console(stderr=True))
    progress.stage("reading votes")
    read = read_votes(votes, style=options.style, ids=unit == "voter")
    progress.stage("certifying")
    certificate = certify_voters(read, options, votes_each) if unit == "voter" else certify(read, options)
    progress.done()
    content = json_bytes(certificate_json(certificate, datetime.now(UTC)))
    write_directory(out, {CERTIFICATE_FILE: content})
    if as_json:
        click.echo(content.decode(), nl=False)
    else:
        print_certificate(certificate, Console())
        click.echo(f"the votes themselves: {out / CERTIFICATE_FILE}")
    return 0

"""`revenuer prove degrade RUNS --out DIR`: what giving less costs a student and an honest user."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.prove.degrade import judge_runs, read_runs
from revenuer.report import check_replaceable, json_bytes, write_directory
from revenuer.report.degrade_json import degrade_json
from revenuer.report.degrade_page import degrade_page
from revenuer.report.degrade_terminal import print_degrade

RESULT_FILE, REPORT_FILE = "degrade.json", "report.html"
FILES = frozenset({RESULT_FILE, REPORT_FILE})


@click.command(name="degrade")
@click.argument("runs", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for degrade.json and report.html."
)
@click.option("--at", default=1000, show_default=True, type=click.IntRange(min=1), metavar="N", help="Exchanges at which policies are compared.")  # fmt: skip
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.9999), help="Of the intervals.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print degrade.json instead of the tables.")
def command(runs: Path, out: Path, at: int, confidence: float, as_json: bool) -> int:
    """Draw what students gain under each policy of RUNS, against what an honest user loses.

    RUNS holds one trained student a line, as JSON: task, policy (`undefended` is the reference), attacker (naive or adaptive), exchanges,
    seed, score, honest_loss; and if you like strategy, honest_user and accounts. `make bench-degrade` writes such a file.
    """
    check_replaceable(out, FILES)
    result = judge_runs(read_runs(runs), runs.name, at=at, confidence=confidence)
    now = datetime.now(UTC)
    content = json_bytes(degrade_json(result, now))
    page = degrade_page(result, now).encode("utf-8", "replace")
    write_directory(out, {RESULT_FILE: content, REPORT_FILE: page}, known=FILES)
    if as_json:
        click.echo(content.decode(), nl=False)
    else:
        print_degrade(result, Console())
        click.echo(f"report: {out / REPORT_FILE}")
    return 0

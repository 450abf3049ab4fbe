"""`revenuer prove summary --plan plan.json RESULT...`: what a family of tests says together."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from revenuer.cli.result_folder import Checking, read_verdict
from revenuer.cli.verify_options import verify_options
from revenuer.prove.plan import Family, combine, read_plan, stated_verdict
from revenuer.report.terminal_lines import bare_table, encodable, print_line
from revenuer.report.visible import plain


@click.command(name="summary")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    help="The plan whose tests are the family. Without one the family is what you name.",
)
@click.option(
    "--alpha",
    default=0.01,
    show_default=True,
    type=click.FloatRange(0.0, 0.5, min_open=True),
    help="Level of the family where there is no plan.",
)
@verify_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    results: tuple[Path, ...], plan: Path | None, alpha: float, checking: Checking, as_json: bool
) -> int:
    """Combine RESULTs (folders that tests wrote, or evidence packs) on one suspect by Holm's correction.

    Each pack is checked first. A planned test that is missing, was not evaluated or left the plan counts as p = 1. Exit code 1: at least one null
    hypothesis is rejected.
    """
    read = None if plan is None else read_plan(plan)
    verdicts = [stated_verdict(read_verdict(place, checking), str(place)) for place in results]
    family = combine(verdicts, read, alpha)
    if as_json:
        click.echo(json.dumps(_answer(family), indent=2))
    else:
        _print(family, Console())
    return 1 if any(member.rejected for member in family.members) else 0


def _answer(family: Family) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "suspect": family.suspect,
        "alpha": family.alpha,
        "correction": "holm",
        "planned": family.planned,
        "tests": [
            {
                "test": member.test,
                "outcome": "not_run" if member.verdict is None else member.verdict.outcome,
                "log10_p": None if member.verdict is None else member.verdict.log10_p,
                "counted": member.counted,
                "why_not_counted": member.why_not,
                "log10_p_adjusted": member.log10_adjusted if member.counted else None,
                "rejected": member.rejected,
            }
            for member in family.members
        ],
    }


def _print(family: Family, console: Console) -> None:
    rejected = sum(member.rejected for member in family.members)
    print_line(
        console,
        plain(
            f"{family.suspect}: {rejected} of {len(family.members)} null hypotheses rejected at {family.alpha:g} (Holm)"
        ),
        "bold",
    )
    if not family.planned:
        print_line(
            console, "exploratory: no plan fixed which tests belong together before the suspect was asked"
        )
    table = bare_table(console)
    for name in ("test", "outcome", "log10 p", "adjusted", "rejected", "not counted because"):
        table.add_column(name, overflow="fold")
    for member in family.members:
        verdict = member.verdict
        cells = (
            member.test,
            "not run" if verdict is None else verdict.outcome.replace("_", " "),
            "" if verdict is None or verdict.log10_p is None else f"{verdict.log10_p:.2f}",
            f"{member.log10_adjusted:.2f}" if member.counted else "",
            "yes" if member.rejected else "no",
            member.why_not,
        )
        table.add_row(*(encodable(Text(plain(cell)), console) for cell in cells))
    console.print(table)

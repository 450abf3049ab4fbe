"""`revenuer prove twins check LOG`: verify a commitment log, print its head."""

import json
from collections import Counter
from pathlib import Path

import click

from revenuer.cli.twin_lines import head_given, head_option, read_lines
from revenuer.prove.twins import LOG_FILE, Opening, check_log, fault_of_opening, read_log


@click.command(name="check")
@click.argument("log", type=click.Path(path_type=Path))
@head_option
@click.option(
    "--openings", help="Openings, as `prove twins open` prints them: each must fit a commitment of the log."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(log: Path, head: str | None, openings: str | None, as_json: bool) -> int:
    """Verify LOG, a log's folder or its public file alone, and print its head: publish that, or have it dated, before a suspect is asked.

    Exit code 2 where something does not fit, with the line and the reason.
    """
    path = log / LOG_FILE if log.is_dir() else log
    check = check_log(read_log(path), head_given(head))
    faults = [f"line {fault.line}: {fault.reason}" for fault in check.faults]
    opened = 0
    if openings is not None and not faults:
        for number, opening in read_lines(openings, Opening):
            reason = fault_of_opening(opening, check.entries)
            faults += [f"{openings}, line {number}: {reason}"] if reason else []
            opened += not reason
    kinds = Counter(entry.kind for entry in check.entries)
    written = f"{check.head.entries}:{check.head.sha256}"
    if as_json:
        answer = {
            "file": str(path),
            "sound": not faults,
            "head": written,
            "kinds": kinds,
            "opened": opened,
            "faults": faults,
        }
        click.echo(json.dumps(answer, indent=1))
    elif not faults:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
        click.echo(f"{path} is sound: {counts}" + (f"; {opened} openings fit" if openings else ""))
        click.echo(f"head: {written}")
    for fault in faults:
        click.echo(f"revenuer: {path}: {fault}", err=True)
    return 2 if faults else 0

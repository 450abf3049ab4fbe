"""`revenuer guard policy test LOG --policy NEW`: what a change of policy would have done, before it goes live."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
from rich.console import Console

from revenuer.cli.log_options import log_options
from revenuer.cli.policy_test_text import print_comparison
from revenuer.cli.read_log import LogOptions
from revenuer.cli.run_replay import OpenLog, live, open_log, truth_beside
from revenuer.guard.policy import load_policy
from revenuer.guard.replay import by_archetype, by_shape, compare
from revenuer.ingest import load_mapping


@click.command(name="test")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--policy", "new_file", required=True, type=click.Path(path_type=Path), help="The policy to try."
)
@click.option(
    "--against",
    "old_file",
    type=click.Path(path_type=Path),
    help="The policy to compare it with; without it the default.",
)
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(min=0),
    help="Accounts listed one by one.",
)
@log_options
@click.option("--json", "as_json", is_flag=True, help="Print segments and accounts as JSON.")
def command(
    logs: tuple[str, ...],
    new_file: Path,
    old_file: Path | None,
    limit: int,
    as_json: bool,
    mapping: Path | None,
    **how: Any,
) -> int:
    """Replay LOGS under two policies and tell what the new one would have done otherwise, by kind of account.

    Both are taken as if they were live, whatever they say of shadow mode. Exit code 1 when any account would meet another
    measure.
    """
    new, old = load_policy(new_file), load_policy(old_file)
    options = LogOptions(mapping=load_mapping(mapping) if mapping else None, **how)
    with open_log(logs, options) as log:
        before, after = log.work / "before.parquet", log.work / "after.parquet"
        log.run(live(old), before, "replaying the old policy")
        log.run(live(new), after, "replaying the new policy")
        log.progress.stage("comparing")
        kind, segments = _segments(log, logs)
        found = compare(log.engine, before, after, segments, limit=limit)
    if as_json:
        versions = {"against": old.version, "policy": new.version, "segments_by": kind}
        click.echo(json.dumps({**versions, **asdict(found)}, indent=2))
    else:
        print_comparison(found, old, new, kind, Console())
    return 1 if found.changed else 0


def _segments(log: OpenLog, logs: tuple[str, ...]) -> tuple[str, pa.Table]:
    beside = truth_beside(logs)
    if beside is not None:
        return "archetype", by_archetype(beside[0])
    return "plan, verification, declared use and shape of traffic", by_shape(log.engine, log.registered)

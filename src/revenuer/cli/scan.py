"""`revenuer scan LOGS... --out DIR`: find the campaigns in request logs."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.key_file import read_key
from revenuer.cli.run_scan import ScanOptions, run_scan
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.ingest import FORMATS, load_mapping
from revenuer.records import MissingDependencyError
from revenuer.report import campaigns_json, json_bytes, print_scan


def moment(_: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read an ISO 8601 date or time; without a zone it is UTC."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no date or time; write 2026-06-10 or 2026-06-10T08:00:00Z", param=parameter
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@click.command(name="scan")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the result; an earlier scan's is replaced.",
)
@click.option("--accounts", help="Account table (Parquet, CSV or JSONL).")
@click.option(
    "--format",
    "log_format",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", *FORMATS]),
    help="Log format.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="TOML file that maps your fields to the exchange columns.",
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=click.Choice(["duckdb", "spark"]),
    help="What runs the pipeline.",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="Secret of 16 bytes or more that campaigns.index is hashed with; the guard needs the same.",
)
@click.option("--since", callback=moment, help="Leave out requests before this time.")
@click.option("--until", callback=moment, help="Leave out requests from this time on.")
@click.option("--seed", default=0, show_default=True, help="The same seed and log give the same result.")
@click.option(
    "--workdir", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Where scratch files go."
)
@click.option(
    "--memory",
    "memory_mb",
    default=1500,
    show_default=True,
    type=click.IntRange(min=256),
    help="MB the engine may hold before it spills.",
)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(min=1), help="Threads.")
@click.option("--json", "as_json", is_flag=True, help="Print campaigns.json instead of the table.")
def command(
    logs: tuple[str, ...],
    out: Path,
    accounts: str | None,
    log_format: str,
    mapping: Path | None,
    engine: str,
    key_file: Path | None,
    since: datetime | None,
    until: datetime | None,
    seed: int,
    workdir: Path | None,
    memory_mb: int,
    threads: int,
    as_json: bool,
) -> int:
    """Find the campaigns in LOGS (files, folders, globs, URIs, or - for standard input).

    Writes campaigns.json, accounts.parquet, report.html and campaigns.index (for the guard) to --out. Exit code 1 when there are findings.
    """
    if engine == "spark":
        raise MissingDependencyError(
            "the Spark engine is not part of this version; leave --engine out to use DuckDB"
        )
    options = ScanOptions(
        log_format=log_format,
        mapping=load_mapping(mapping) if mapping else None,
        accounts=accounts,
        since=since,
        until=until,
        workdir=workdir,
        memory_mb=memory_mb,
        threads=threads,
        seed=seed,
        key=read_key(key_file) if key_file else UNKEYED,
    )
    result = run_scan(logs, out, options)
    if as_json:
        click.echo(json_bytes(campaigns_json(result, datetime.now(UTC))))
    else:
        print_scan(result, Console(), out / "report.html")
    return 1 if result.campaigns else 0

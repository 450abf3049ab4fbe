"""`revenuer scan LOGS... --out DIR`: find the campaigns in request logs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from revenuer.cli.claims_file import read_claims
from revenuer.cli.key_file import read_key
from revenuer.cli.log_options import log_options
from revenuer.cli.run_scan import ScanOptions, run_scan
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.ingest import load_mapping
from revenuer.records import MissingDependencyError
from revenuer.report import campaigns_json, json_bytes, print_scan


@click.command(name="scan")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the result; an earlier scan's is replaced.",
)
@log_options
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
@click.option(
    "--claims",
    type=click.Path(path_type=Path),
    help="What peers claim (from `revenuer share claims`): raises priors, proves nothing.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed and log give the same result.")
@click.option("--json", "as_json", is_flag=True, help="Print campaigns.json instead of the table.")
def command(
    logs: tuple[str, ...],
    out: Path,
    mapping: Path | None,
    engine: str,
    key_file: Path | None,
    claims: Path | None,
    seed: int,
    as_json: bool,
    **how: Any,
) -> int:
    """Find the campaigns in LOGS (files, folders, globs, URIs, or - for standard input).

    Writes campaigns.json, accounts.parquet, report.html, campaigns.index (for the guard) and observables.parquet (in the clear: for `revenuer share`,
    and nobody else) to --out. Exit code 1 when there are findings.
    """
    if engine == "spark":
        raise MissingDependencyError(
            "the Spark engine is not part of this version; leave --engine out to use DuckDB"
        )
    options = ScanOptions(
        mapping=load_mapping(mapping) if mapping else None,
        seed=seed,
        key=read_key(key_file) if key_file else UNKEYED,
        claims=read_claims(claims) if claims else None,
        **how,
    )
    result = run_scan(logs, out, options)
    if as_json:
        click.echo(json_bytes(campaigns_json(result, datetime.now(UTC))))
    else:
        print_scan(result, Console(), out / "report.html")
    return 1 if result.campaigns else 0

"""`revenuer simulate SCENARIO --out DIR`: write traffic with known truth."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from revenuer.simulate import SCENARIOS, Summary, simulate


@click.command(
    name="simulate",
    epilog="Scenarios: " + "; ".join(f"{name} ({item.about})" for name, item in SCENARIOS.items()),
)
@click.argument("scenario")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="New folder for the log and its truth."
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(min=0),
    help="The same seed gives the same log.",
)
@click.option("--scale", default=1.0, show_default=True, help="Multiplies accounts and exchanges.")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path),
    help="Parquet with source, kind and text: real prompts instead of the grammar.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(scenario: str, out: Path, seed: int, scale: float, prompts: Path | None, as_json: bool) -> None:
    """Write the traffic of SCENARIO with known truth to a new folder."""
    bar = sys.stderr.isatty()

    def progress(stage: str, exchanges: int) -> None:
        if bar:
            click.echo(f"\r\x1b[K{stage}: {exchanges:,} exchanges", nl=False, err=True)

    summary = simulate(scenario, out, seed=seed, scale=scale, prompts=prompts, progress=progress)
    if bar:
        click.echo("\r\x1b[K", nl=False, err=True)
    click.echo(json.dumps({**asdict(summary), "folder": str(summary.folder)}) if as_json else _text(summary))


def _text(summary: Summary) -> str:
    return (
        f"{summary.scenario} (seed {summary.seed}, scale {summary.scale:g}): {summary.exchanges:,} exchanges of {summary.accounts:,} accounts; "
        f"{summary.campaign_accounts:,} accounts in {len(summary.campaigns)} campaigns made {summary.harvest_exchanges:,} harvest exchanges; "
        f"{summary.sanctioned_accounts:,} accounts are sanctioned.\nWritten to {summary.folder}"
    )

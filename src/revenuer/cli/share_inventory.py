"""`revenuer share inventory LOGS... --out FILE`: what our own accounts hold in common, to ask peers about."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.log_options import log_options
from revenuer.cli.read_log import LogOptions, read_log
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.detect.observables import inventory
from revenuer.detect.population import build_population
from revenuer.detect.sketch import sketch_kernel
from revenuer.ingest import load_mapping
from revenuer.records import OBSERVABLE_SCHEMA, SKETCH_SCHEMA, InputError
from revenuer.report import ConsoleProgress, Progress
from revenuer.report.contract import json_bytes
from revenuer.report.new_file import write_new_file


@click.command(name="inventory")
@click.argument("logs", nargs=-1, required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write; must not exist.")
@log_options
@click.option(
    "--least",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Accounts that must hold a value. One account of an operator's may be all that is here; more keep the list short.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(
    logs: tuple[str, ...], out: Path, mapping: Path | None, least: int, as_json: bool, **how: Any
) -> int:
    """List what accounts of LOGS are known by, guilty or not: addresses, cards, clients, mail domains, and the spans that several send.

    The list is in the clear and stays in the house: `revenuer share match` asks a partner which of it they know too, without telling what is
    in it; `revenuer share claims` finds the keyed hashes of theirs in it.
    """
    options = LogOptions(mapping=load_mapping(mapping) if mapping else None, **how)
    progress = ConsoleProgress(Console(stderr=True))
    with tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch:
        table = _inventory(logs, Path(scratch), options, least, progress)
        written = pa.BufferOutputStream()
        pq.write_table(table, written)
        write_new_file(out, written.getvalue().to_pybytes())
        progress.done()
    counts = Counter(table["kind"].to_pylist())
    if as_json:
        click.echo(json_bytes({"file": str(out), "values": dict(sorted(counts.items()))}))
    else:
        click.echo(
            f"{out}: "
            + (", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "nothing in common")
        )
    return 0


def _inventory(
    logs: tuple[str, ...], work: Path, options: LogOptions, least: int, progress: Progress
) -> pa.Table:
    progress.stage("reading logs")
    read = read_log(logs, options, work)
    if read.log.kind != "exchanges":
        raise InputError(
            "sketches hold hashes only, and an inventory is in the clear: give the log that they were made of"
        )
    if not read.log.rows:
        return OBSERVABLE_SCHEMA.empty_table()
    with options.engine(work / "engine") as engine:
        engine.read_parquet("exchange", read.log.files)
        progress.stage("sketching prompts")
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(), SKETCH_SCHEMA)
        progress.stage("finding what accounts share")
        population = build_population(engine, read.accounts)
        return inventory(engine, population.size, UNKEYED, least=least)
